/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gstdio.h>
#include <string.h>

#include "drover-import-dialog.h"
#include "drover-machine-page.h"
#include "drover-paths.h"
#include "drover-program.h"
#include "drover-test.h"
#include "window-fixture.h"

static GtkWidget *
find_dialog (DroverWindow *window)
{
  return window_find_type (window, DROVER_TYPE_IMPORT_DIALOG);
}

static void
wait_for_dialog (DroverWindow *window)
{
  drover_test_until (find_dialog (window) != NULL &&
                     window_find_type (find_dialog (window), GTK_TYPE_TEXT_VIEW) != NULL);
}

static GtkTextBuffer *
get_buffer (DroverWindow *window)
{
  GtkWidget *text = window_find_type (find_dialog (window), GTK_TYPE_TEXT_VIEW);

  g_assert_nonnull (text);
  return gtk_text_view_get_buffer (GTK_TEXT_VIEW (text));
}

static void
open_dialog (DroverWindow *window)
{
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (window), "win.import", NULL));
  wait_for_dialog (window);
}

/* As the clipboard does it. */
static void
paste (DroverWindow *window, const char *text)
{
  GtkTextIter start;
  GtkTextIter end;

  gtk_text_buffer_get_bounds (get_buffer (window), &start, &end);
  gtk_text_buffer_delete (get_buffer (window), &start, &end);
  gtk_text_buffer_insert (get_buffer (window), &start, text, -1);
}

static void
close_dialog (DroverWindow *window)
{
  adw_dialog_close (ADW_DIALOG (find_dialog (window)));
  drover_test_until (find_dialog (window) == NULL);
}

static void
assert_argv (DroverWindow *window, const char *const *expected)
{
  DroverRun *run = drover_window_get_run (window);
  DroverDocument *document = drover_machine_get_document (drover_run_get_machine (run));
  g_auto (GStrv) argv = drover_document_dup_argv (document);

  for (guint i = 0; argv[i] != NULL || expected[i] != NULL; i++)
    g_assert_cmpstr (argv[i], ==, expected[i]);
}

#define ARGV(...) ((const char *const[]) { __VA_ARGS__, NULL })

static GtkWidget *
find_entry (GtkWidget *root, const char *title)
{
  if (ADW_IS_ENTRY_ROW (root) &&
      g_str_equal (adw_preferences_row_get_title (ADW_PREFERENCES_ROW (root)), title))
    return root;

  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = gtk_widget_get_child_visible (child) ? find_entry (child, title) : NULL;

      if (found != NULL)
        return found;
    }

  return NULL;
}

static void
simple (DroverWindow *window, gconstpointer data)
{
  window_press (window, "Paste a Command Line");
  wait_for_dialog (window);
  g_assert_false (window_can_press (find_dialog (window), "Create"));

  paste (window, "$ sudo qemu-system-x86_64 -m 64M \\\n    -append 'root=/dev/sda quiet' --kernel "
                 "\"my kernel\" -device nonsense,a=b,,c >log &\n");
  drover_test_until (window_can_press (find_dialog (window), "Create"));
  g_assert_true (window_says (find_dialog (window), "Left Out"));
  window_press (window, "Create");
  drover_test_until (find_dialog (window) == NULL);

  g_assert_cmpuint (window_count_rows (window), ==, 1);
  assert_argv (window, ARGV ("qemu-system-x86_64", "-m", "64M", "-append", "root=/dev/sda quiet",
                             "--kernel", "my kernel", "-device", "nonsense,a=b,,c"));

  /* The check runs by itself, and its words stand below the pages. */
  drover_test_until (window_says (window, "QEMU refuses: "));
}

static void
test_simple (void)
{
  window_fixture_run (simple, NULL);
  window_fixture_clean_up ();
}

static void
commands (DroverWindow *window, gconstpointer data)
{
  GtkWidget *command;

  open_dialog (window);
  paste (window, "qemu-img create disk.img 1G\nqemu-system-x86_64 -m 1G\n\n"
                 "qemu-system-aarch64 -M virt -m 2G\n");
  drover_test_until (window_can_press (find_dialog (window), "Create"));
  command = window_find_type (find_dialog (window), ADW_TYPE_COMBO_ROW);
  g_assert_nonnull (command);
  adw_combo_row_set_selected (ADW_COMBO_ROW (command), 1);
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (find_entry (find_dialog (window),
                                                                    "Program"))),
                   ==, "qemu-system-aarch64");
  window_press (window, "Create");
  drover_test_until (find_dialog (window) == NULL);
  assert_argv (window, ARGV ("qemu-system-aarch64", "-M", "virt", "-m", "2G"));
}

static void
test_commands (void)
{
  window_fixture_run (commands, NULL);
  window_fixture_clean_up ();
}

static void
variables (DroverWindow *window, gconstpointer data)
{
  GtkWidget *entry;

  open_dialog (window);
  paste (window, "qemu-system-x86_64 -m ${SIZE:-96M} -name \"$MY_NAME\" -kernel $(ls vmlinuz*)\n");
  drover_test_until (window_can_press (find_dialog (window), "Create"));
  entry = find_entry (find_dialog (window), "SIZE");
  g_assert_nonnull (entry);
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (entry)), ==, "96M");
  gtk_editable_set_text (GTK_EDITABLE (entry), "128M");
  entry = find_entry (find_dialog (window), "MY_NAME");
  g_assert_nonnull (entry);
  gtk_editable_set_text (GTK_EDITABLE (entry), "two words");
  entry = find_entry (find_dialog (window), "Name");
  gtk_editable_set_text (GTK_EDITABLE (entry), "Mine");

  g_assert_true (window_says (find_dialog (window), "To Fill In"));
  window_press (window, "Create");
  drover_test_until (find_dialog (window) == NULL);
  assert_argv (window, ARGV ("qemu-system-x86_64", "-m", "128M", "-name", "two words", "-kernel",
                             "$(ls vmlinuz*)"));
  g_assert_true (window_row_says (window, 0, "Mine"));
}

static void
test_variables (void)
{
  g_unsetenv ("SIZE");
  g_unsetenv ("MY_NAME");
  window_fixture_run (variables, NULL);
  window_fixture_clean_up ();
}

static void
bad_text (DroverWindow *window, gconstpointer data)
{
  const char *const text = "qemu-system-x86_64 -m 1G \\\n  -name 'unclosed";
  GtkTextTag *tag;
  GtkTextIter at;

  open_dialog (window);
  paste (window, text);
  drover_test_until (window_says (find_dialog (window), "Line 2, column 9"));
  g_assert_false (window_can_press (find_dialog (window), "Create"));

  /* The place is marked, in a text that has characters of several bytes before it too. */
  tag = gtk_text_tag_table_lookup (gtk_text_buffer_get_tag_table (get_buffer (window)), "error");
  gtk_text_buffer_get_iter_at_offset (get_buffer (window), &at, strchr (text, '\'') - text);
  g_assert_true (gtk_text_iter_starts_tag (&at, tag));

  paste (window, "qemu-system-x86_64 -name 'größer' \\\n  -append \"ü");
  drover_test_until (window_says (find_dialog (window), "Line 2, column 11"));
  gtk_text_buffer_get_iter_at_line_offset (get_buffer (window), &at, 1, 10);
  g_assert_true (gtk_text_iter_starts_tag (&at, tag));

  paste (window, "a shopping list: bread, butter\n");
  drover_test_until (window_says (find_dialog (window), "There is no QEMU command"));
  g_assert_false (window_can_press (find_dialog (window), "Create"));

  paste (window, "[\"qemu-system-x86_64\", 7]");
  drover_test_until (window_says (find_dialog (window), "[1]: a string is expected"));

  /* Mended. */
  paste (window, "[\"qemu-system-x86_64\", \"-m\", \"64\"]");
  drover_test_until (window_can_press (find_dialog (window), "Create"));
  g_assert_false (window_says (find_dialog (window), "is expected"));
  paste (window, "");
  close_dialog (window);
}

static void
test_bad_text (void)
{
  window_fixture_run (bad_text, NULL);
  window_fixture_clean_up ();
}

static void
kept (DroverWindow *window, gconstpointer data)
{
  GtkTextIter start;
  GtkTextIter end;
  g_autofree char *text = NULL;

  open_dialog (window);
  paste (window, "qemu-system-x86_64 -m 77");
  close_dialog (window);

  open_dialog (window);
  gtk_text_buffer_get_bounds (get_buffer (window), &start, &end);
  text = gtk_text_buffer_get_text (get_buffer (window), &start, &end, TRUE);
  g_assert_cmpstr (text, ==, "qemu-system-x86_64 -m 77");
  window_press (window, "Create");
  drover_test_until (find_dialog (window) == NULL);

  /* What became a machine is not offered again. */
  open_dialog (window);
  g_assert_cmpint (gtk_text_buffer_get_char_count (get_buffer (window)), ==, 0);
  close_dialog (window);
}

static void
test_kept (void)
{
  window_fixture_run (kept, NULL);
  window_fixture_clean_up ();
}

static void
put_file (const char *name, const char *contents, gssize length, DroverWindow *window)
{
  g_autofree char *path = g_build_filename (drover_test_dir (), name, NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);

  g_assert_true (g_file_set_contents (path, contents, length, NULL));
  drover_import_dialog_open_file (DROVER_IMPORT_DIALOG (find_dialog (window)), file);
}

static void
files (DroverWindow *window, gconstpointer data)
{
  open_dialog (window);
  put_file ("binary", "\xff\xfe\0x", 4, window);
  drover_test_until (window_says (find_dialog (window), "is not a text file"));
  put_file ("run.sh", "#!/bin/sh\n# starts it\nexec qemu-system-x86_64 -m 64 \"$@\"\n", -1, window);
  drover_test_until (window_can_press (find_dialog (window), "Create"));
  g_assert_false (window_says (find_dialog (window), "is not a text file"));
  window_press (window, "Create");
  drover_test_until (find_dialog (window) == NULL);
  assert_argv (window, ARGV ("qemu-system-x86_64", "-m", "64"));
}

static void
test_files (void)
{
  window_fixture_run (files, NULL);
  window_fixture_clean_up ();
}

static void
start_refused (DroverWindow *window, const char *action, const char *answer)
{
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (window), action, NULL));
  drover_test_until (window_says (window, "QEMU Refuses This Command Line"));
  window_press_in_dialog (window, answer);
}

/* A first start that QEMU would refuse is told before it is tried. */
static void
first_start (DroverWindow *window, gconstpointer data)
{
  g_autofree char *file = window_put_machine (
    "bad", "{\"version\":1,\"uuid\":\"6d0f3c1e-0b1c-4f5e-8a52-3d2f6a0c9b78\",\"name\":\"Bad\","
           "\"program\":\"qemu-system-x86_64\",\"arguments\":[{\"flag\":\"-m\",\"value\":\"64\"},"
           "{\"flag\":\"-device\",\"value\":\"nonsense\"}]}");

  drover_test_until (window_row_says (window, 0, "Bad"));
  window_activate_row (window, 0);
  window_press (window, "Start");
  drover_test_until (window_says (window, "QEMU Refuses This Command Line"));
  g_assert_true (window_says (window, "-device nonsense"));
  g_assert_true (drover_run_is_off (drover_window_get_run (window)));

  /* Once by looking, once in another way of starting, once against all advice in a third. */
  window_press_in_dialog (window, "Show in Configuration");
  drover_test_until (window_says (window, "QEMU refuses: 'nonsense'"));
  start_refused (window, "win.start-paused", "Cancel");
  g_assert_true (drover_run_is_off (drover_window_get_run (window)));
  start_refused (window, "win.start-disposable", "Start Anyway");
  drover_test_until (drover_run_is_disposable (drover_window_get_run (window)));
  drover_test_until (drover_run_get_error (drover_window_get_run (window)) != NULL);

  /* It was started before, now. */
  drover_test_until (drover_run_is_off (drover_window_get_run (window)));
  window_press (window, "Start");
  drover_test_until (!drover_run_is_off (drover_window_get_run (window)));
  drover_test_until (drover_run_is_off (drover_window_get_run (window)));
  g_assert_false (window_says (window, "QEMU Refuses This Command Line"));
}

static void
test_first_start (void)
{
  window_fixture_run (first_start, NULL);
  window_fixture_clean_up ();
}

int
main (int argc, char *argv[])
{
  g_autofree char *program = NULL;

  window_fixture_init (&argc, &argv);
  program = drover_program_find ("qemu-system-x86_64", NULL);
  if (program == NULL)
    {
      g_print ("1..0 # SKIP there is no qemu-system-x86_64\n");
      return 0;
    }

  g_test_add_func ("/import-dialog/simple", test_simple);
  g_test_add_func ("/import-dialog/commands", test_commands);
  g_test_add_func ("/import-dialog/variables", test_variables);
  g_test_add_func ("/import-dialog/bad-text", test_bad_text);
  g_test_add_func ("/import-dialog/kept", test_kept);
  g_test_add_func ("/import-dialog/files", test_files);
  g_test_add_func ("/import-dialog/first-start", test_first_start);
  return drover_test_run ();
}
