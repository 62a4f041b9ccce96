/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "configuration-fixture.h"
#include "drover-test.h"

/* The pages of machines that are no PC: what they have by themselves is told, and what they do
 * not have is not offered. */

typedef struct
{
  const char *program;
  const char *machine;
  const char *device;
  const char *missing; /* a setting that this machine has not */
  const char *told;    /* one that it has, … */
  const char *label;   /* … and what its row says */
} Board;

static const Board boards[] = {
  { "qemu-system-aarch64", "virt", "virtio-rng-pci", "machine.hpet", "machine.highmem",
    "Default (on)" },
  { "qemu-system-riscv64", "virt", "virtio-rng-pci", "machine.gic", "machine.aclint",
    "Default (off)" },
  { "qemu-system-s390x", "s390-ccw-virtio", "virtio-rng-ccw", "machine.highmem",
    "machine.graphics", "Default (on)" },
};

#define UUID "6d0f3c1e-0b1c-4f5e-8a52-3d2f6a0c9b77"

static char *
put_board (const Board *board, const char *more)
{
  g_autofree char *text = g_strdup_printf (
    "{\"version\":1,\"uuid\":\"" UUID "\",\"name\":\"Subject\",\"program\":\"%s\","
    "\"arguments\":[{\"flag\":\"-machine\",\"value\":\"%s%s\"},"
    "{\"flag\":\"-device\",\"value\":\"%s\"}]}",
    board->program, board->machine, more, board->device);

  return window_put_machine ("subject", text);
}

static gboolean
is_here (const Board *board)
{
  g_autofree char *path = g_find_program_in_path (board->program);

  if (path == NULL)
    g_test_skip ("not here: left out");
  return path != NULL;
}

static gboolean
row_says (DroverWindow *window, const char *setting, const char *label)
{
  GtkWidget *row = configuration_find_row (window, setting);

  return row != NULL && window_says (row, label);
}

static void
show_pages (DroverWindow *window, gconstpointer data)
{
  const Board *board = data;
  static const char *const pages[] = { "machine", "cpu", "devices" };

  configuration_open (window);
  drover_test_until (configuration_has_catalogue (window));
  window_resize (window, 1100, 900);
  configuration_show (window, "machine");
  drover_test_until (row_says (window, board->told, board->label));
  drover_test_until (configuration_find_row (window, board->missing) == NULL);
  g_assert_nonnull (configuration_find_row (window, "machine.usb"));
  for (guint i = 0; i < G_N_ELEMENTS (pages); i++)
    {
      configuration_show (window, pages[i]);
      drover_test_until (!window_is_moving (window));
      window_picture (window, board->program, pages[i]);
    }
}

static void
test_pages (gconstpointer data)
{
  const Board *board = data;
  g_autofree char *file = NULL;

  if (!is_here (board))
    return;

  file = put_board (board, "");
  window_fixture_run (show_pages, board);
  window_fixture_clean_up ();
}

/* What the arguments say is shown, also where it makes no sense; and a narrow window has it all. */
static void
show_set (DroverWindow *window, gconstpointer data)
{
  configuration_open (window);
  drover_test_until (configuration_has_catalogue (window));
  configuration_show (window, "machine");
  configuration_open_page (window);
  drover_test_until (configuration_find_row (window, "machine.hpet") != NULL);
  drover_test_until (configuration_find_row (window, "machine.smm") == NULL);
  drover_test_until (!window_is_moving (window));
  window_picture (window, "board-narrow", "machine");
}

static void
test_set (void)
{
  g_autoptr (GSettings) settings = g_settings_new ("io.github.drover_vm.Drover");
  g_autofree char *file = NULL;

  if (!is_here (&boards[0]))
    return;

  file = put_board (&boards[0], ",hpet=off");
  g_settings_set_int (settings, "window-width", 360);
  g_settings_set_int (settings, "window-height", 720);
  window_fixture_run (show_set, NULL);
  g_settings_reset (settings, "window-width");
  g_settings_reset (settings, "window-height");
  window_fixture_clean_up ();
}

int
main (int argc, char **argv)
{
  window_fixture_init (&argc, &argv);
  for (guint i = 0; i < G_N_ELEMENTS (boards); i++)
    {
      g_autofree char *path = g_strconcat ("/board-pages/", boards[i].program, NULL);

      g_test_add_data_func (path, &boards[i], test_pages);
    }
  g_test_add_func ("/board-pages/set", test_set);
  return drover_test_run ();
}
