/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "configuration-fixture.h"
#include "run-fixture.h"
#include "window-fixture.h"

#include "drover-sections.h"

/* Trailing and doubled commas, bare words, repeats, opaque values, JSON, unknown options, an
 * argument that is switched off, members that this Drover does not know: all of it must be there
 * byte for byte afterwards. */
static const char ugly[] =
  "{\n"
  "  \"version\": 1,\n"
  "  \"uuid\": \"6d0f3c1e-0b1c-4f5e-8a52-3d2f6a0c9b77\",\n"
  "  \"name\": \"Ugly\",   \"program\": \"" QEMU "\",\n"
  "  \"colour\": [1, 2.0, {\"a\": null}],\n"
  "  \"arguments\": [\n"
  "    {\"flag\": \"--m\", \"value\": \"$RAM\"},\n"
  "    {\"flag\": \"-smp\", \"value\": \"2,,cores=2,\", \"shade\": \"blue\"},\n"
  "    {\"flag\": \"-boot\", \"value\": \"order=d\"}, {\"flag\": \"-boot\", \"value\": \"order=c\"},\n"
  "    {\"flag\": \"-cpu\", \"value\": \"nonsense,+a,-b,c=off,phys-bits=40\"},\n"
  "    {\"flag\": \"-numa\", \"value\": \"node,nodeid=0,cpus=0-x\"},\n"
  "    {\"flag\": \"-drive\", \"value\": \"file=a,,b.qcow2,if=virtio,,\"},\n"
  "    {\"flag\": \"-device\", \"value\": \"{\\\"driver\\\": \\\"virtio-net-pci\\\", \\\"id\\\": 3}\"},\n"
  "    {\"flag\": \"-netdev\", \"value\": \"user,id=n,hostfwd=tcp::1-:2,hostfwd=tcp::3-:4\"},\n"
  "    {\"flag\": \"-device\", \"value\": \"bogus,netdev=n,foo\"},\n"
  "    {\"flag\": \"-object\", \"value\": \"nothing,id=\"},\n"
  "    {\"flag\": \"-audiodev\", \"value\": \"none,id=a\"}, {\"flag\": \"-display\", \"value\": \"\"},\n"
  "    {\"flag\": \"-enable-kvm\"}, {\"flag\": \"-accel\", \"value\": \"tcg,thread=maybe\"},\n"
  "    {\"flag\": \"-frobnicate\", \"value\": \"how much\"}, {\"flag\": \"-nographic\"},\n"
  "    {\"flag\": \"-d\", \"value\": \"int\", \"enabled\": false, \"note\": \"much noise\"},\n"
  "    {\"value\": \"image with a space.img\"}\n"
  "  ]\n"
  "}\n";

#define MACHINE(arguments)                                                                \
  "{\"version\":1,\"uuid\":\"6d0f3c1e-0b1c-4f5e-8a52-3d2f6a0c9b77\",\"name\":\"Subject\"," \
  "\"program\":\"" QEMU "\",\"arguments\":[" arguments "]}"

static char *
read_file (const char *file)
{
  g_autoptr (GError) error = NULL;
  char *text;

  g_file_get_contents (file, &text, NULL, &error);
  g_assert_no_error (error);
  return text;
}

/* Showing writes nothing */

static void
show_all (DroverWindow *window, gconstpointer data)
{
  const DroverSection *sections;
  guint n_sections;

  configuration_open (window);
  drover_test_until (configuration_has_catalogue (window));
  sections = drover_sections_list (&n_sections);
  for (guint i = 0; i < n_sections; i++)
    {
      configuration_show (window, sections[i].page);
      drover_test_until (!window_is_moving (window));
      window_picture (window, "ugly", sections[i].page);
    }
}

static void
test_showing_writes_nothing (void)
{
  g_autofree char *file = window_put_machine ("subject", ugly);
  g_autofree char *text = NULL;

  window_fixture_run (show_all, NULL);
  text = read_file (file);
  g_assert_cmpstr (text, ==, ugly);
  window_fixture_clean_up ();
}

int
main (int argc, char **argv)
{
  window_fixture_init (&argc, &argv);
  g_test_add_func ("/configuration/showing-writes-nothing", test_showing_writes_nothing);
  return drover_test_run ();
}
