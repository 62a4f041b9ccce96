/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "part-fixture.h"

/* Where the token @needle of the argument is shown: `page setting part`. */
static char *
locate (GPtrArray *arguments, guint argument, const char *needle)
{
  const char *value = drover_argument_get_value (arguments->pdata[argument]);
  const char *found = value != NULL ? strstr (value, needle) : NULL;
  g_autoptr (DroverLocation) location =
    drover_location_find (arguments, argument, found != NULL ? found - value : 0);

  return g_strdup_printf ("%s %s %s", location->page,
                          location->setting != NULL ? location->setting->id : "-",
                          location->part != NULL ? location->part->id : "-");
}

static void
test_find (void)
{
  static const struct
  {
    guint argument;
    const char *needle;
    const char *expected;
  } places[] = {
    { 0, "2G", "memory memory.size -" },
    { 1, "q35", "machine machine.type -" },
    { 1, "odd", "machine - -" },
    { 2, "user", "network card.type n" },
    { 2, "id", "network card.netdev-id n" },
    { 3, "e1000", "network card.model n" },
    { 4, "x.img", "disks disk.image hda#4" },
    { 5, "", "rest - -" },
    { 6, "", "accelerator accelerator.order -" },
    { 7, "odd", "devices device.driver odd" },
  };
  g_autoptr (GPtrArray) arguments =
    make_arguments_of ("-m 2G -M q35,odd=1 -netdev user,id=n -device e1000,netdev=n -hda x.img "
                       "-unheard-of thing -enable-kvm -device odd,id=odd");

  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    {
      g_autofree char *found = locate (arguments, places[i].argument, places[i].needle);

      g_test_message ("%u %s", places[i].argument, places[i].needle);
      g_assert_cmpstr (found, ==, places[i].expected);
    }
}

/* The firmware's own memory is with the firmware, as long as the board has it. */
static void
test_flash (void)
{
  static const char *const places[][2] = {
    { "-machine q35,pflash0=f -blockdev driver=file,node-name=f,filename=x", "firmware" },
    { "-M q35,pflash1=f -blockdev driver=file,node-name=f,filename=x", "firmware" },
    { "#-M q35,pflash1=f -blockdev driver=file,node-name=f,filename=x", "disks" },
    { "-machine q35 -blockdev driver=file,node-name=pflash0,filename=x", "disks" },
    { "-machine pflash0=g -blockdev driver=file,node-name=f,filename=x", "disks" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    {
      g_autoptr (GPtrArray) arguments = make_arguments_of (places[i][0]);
      g_autoptr (GPtrArray) disks = drover_parts_list (arguments, DROVER_PART_DISK);
      g_autoptr (DroverLocation) location = drover_location_find (arguments, 1, 0);

      g_test_message ("%s", places[i][0]);
      g_assert_cmpstr (location->page, ==, places[i][1]);
      g_assert_cmpuint (disks->len, ==, 1);
      g_assert_true (((DroverPart *) disks->pdata[0])->flash ==
                     g_str_equal (places[i][1], "firmware"));
    }
}

/* All and only what no row can show; what is switched off no row reads. */
static void
test_rest (void)
{
  g_autoptr (GPtrArray) arguments =
    make_arguments_of ("-m 2G -M q35,odd=1 -netdev user,id=n -device e1000,netdev=n,odd=1 "
                       "-unheard-of thing -enable-kvm -blockdev driver=file,node-name=b,filename=f "
                       "-m 4G -global a.b=c -display {\"type\":\"none\"} #-hda x");
  g_autoptr (GString) found = g_string_new (NULL);
  g_autoptr (GArray) rest = NULL;
  DroverArgument *off = drover_argument_with_enabled (arguments->pdata[5], FALSE);

  drover_argument_unref (arguments->pdata[5]);
  arguments->pdata[5] = off;
  rest = drover_locations_list_rest (arguments);
  for (guint i = 0; i < rest->len; i++)
    g_string_append_printf (found, "%u ", g_array_index (rest, guint, i));
  g_assert_cmpstr (found->str, ==, "1 4 5 8 9 10 ");
}

int
main (int argc, char **argv)
{
  drover_test_init (&argc, &argv);
  g_test_add_func ("/location/find", test_find);
  g_test_add_func ("/location/flash", test_flash);
  g_test_add_func ("/location/rest", test_rest);
  return drover_test_run ();
}
