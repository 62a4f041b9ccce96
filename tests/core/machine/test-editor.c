/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gstdio.h>
#include <string.h>

#include "drover-editor.h"
#include "drover-error.h"
#include "drover-test.h"

static DroverMachine *
new_machine (const char *slug)
{
  g_autofree char *folder = g_build_filename (drover_test_dir (), slug, NULL);
  g_autofree char *file = g_build_filename (folder, "machine.json", NULL);
  g_autoptr (DroverDocument) document = drover_document_new ("Old", "qemu-system-x86_64");
  g_autofree char *text = drover_document_to_text (document);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (file, text, -1, NULL));
  return drover_machine_new (folder);
}

static void
rename_to (DroverEditor *editor, const char *name, const char *merge)
{
  g_autoptr (DroverDocument) document =
    drover_document_with_name (drover_editor_get_document (editor), name);
  g_autoptr (GError) error = NULL;

  g_assert_true (drover_editor_apply (editor, document, name, merge, &error));
  g_assert_no_error (error);
}

static const char *
name_of (DroverEditor *editor)
{
  return drover_document_get_name (drover_editor_get_document (editor));
}

static gboolean
file_says (DroverMachine *machine, const char *text)
{
  g_autofree char *contents = NULL;

  g_assert_true (g_file_get_contents (drover_machine_get_file (machine), &contents, NULL, NULL));
  return strstr (contents, text) != NULL;
}

static void
test_undo (void)
{
  g_autoptr (DroverMachine) machine = new_machine ("undo");
  DroverEditor *editor = drover_editor_get_for_machine (machine);
  g_autoptr (GError) error = NULL;

  g_assert_true (editor == drover_editor_get_for_machine (machine));
  g_assert_null (drover_editor_get_undo_label (editor));
  g_assert_false (drover_editor_undo (editor, &error));
  g_assert_no_error (error);

  rename_to (editor, "One", NULL);
  rename_to (editor, "Two", NULL);
  g_assert_true (file_says (machine, "\"Two\""));
  g_assert_cmpstr (drover_editor_get_undo_label (editor), ==, "Two");

  g_assert_true (drover_editor_undo (editor, &error));
  g_assert_cmpstr (name_of (editor), ==, "One");
  g_assert_true (file_says (machine, "\"One\""));
  g_assert_cmpstr (drover_editor_get_redo_label (editor), ==, "Two");
  g_assert_true (drover_editor_redo (editor, &error));
  g_assert_cmpstr (name_of (editor), ==, "Two");

  g_assert_true (drover_editor_undo (editor, &error));
  rename_to (editor, "Three", NULL);
  g_assert_null (drover_editor_get_redo_label (editor));
}

/* Of many changes the oldest are forgotten, one for one. */
#define MAX_STEPS 500

static void
test_undo_limit (void)
{
  g_autoptr (DroverMachine) machine = new_machine ("undo-limit");
  DroverEditor *editor = drover_editor_get_for_machine (machine);
  g_autoptr (GError) error = NULL;
  int n = 0;

  for (int i = 1; i <= MAX_STEPS + 3; i++)
    {
      g_autofree char *name = g_strdup_printf ("Name %d", i);

      rename_to (editor, name, NULL);
    }

  while (drover_editor_undo (editor, &error))
    n++;
  g_assert_no_error (error);
  g_assert_cmpint (n, ==, MAX_STEPS);
  g_assert_cmpstr (name_of (editor), ==, "Name 3");
}

static void
test_no_change_is_no_step (void)
{
  g_autoptr (DroverMachine) machine = new_machine ("same");
  DroverEditor *editor = drover_editor_get_for_machine (machine);

  rename_to (editor, "Old", NULL);
  g_assert_null (drover_editor_get_undo_label (editor));
}

/* Typing: one step, written at the latest when asked for or after a pause. */
static void
test_merge (void)
{
  g_autoptr (DroverMachine) machine = new_machine ("merge");
  DroverEditor *editor = drover_editor_get_for_machine (machine);
  g_autoptr (GError) error = NULL;

  rename_to (editor, "N", "name");
  rename_to (editor, "Ne", "name");
  rename_to (editor, "New", "name");
  g_assert_true (drover_editor_flush (editor, &error));
  g_assert_true (file_says (machine, "\"New\""));

  drover_editor_end_merge (editor);
  rename_to (editor, "Newer", "name");
  drover_test_until (file_says (machine, "\"Newer\""));

  g_assert_true (drover_editor_undo (editor, &error));
  g_assert_cmpstr (name_of (editor), ==, "New");
  g_assert_true (drover_editor_undo (editor, &error));
  g_assert_cmpstr (name_of (editor), ==, "Old");
  g_assert_false (drover_editor_undo (editor, &error));
}

static void
write_as_another (DroverMachine *machine, const char *name)
{
  g_autoptr (DroverDocument) document =
    drover_document_with_name (drover_machine_get_document (machine), name);
  g_autofree char *text = drover_document_to_text (document);

  g_assert_true (g_file_set_contents (drover_machine_get_file (machine), text, -1, NULL));
}

static void
save_failed_cb (DroverEditor *editor, const char *message, guint *n_failed)
{
  (*n_failed)++;
}

/* What another program writes counts, and can be undone like a step of one's own. */
static void
test_changed_by_another (void)
{
  g_autoptr (DroverMachine) machine = new_machine ("another");
  DroverEditor *editor = drover_editor_get_for_machine (machine);
  g_autoptr (GError) error = NULL;
  guint n_failed = 0;

  write_as_another (machine, "Theirs");
  drover_machine_reload (machine);
  g_assert_cmpstr (name_of (editor), ==, "Theirs");
  g_assert_true (drover_editor_undo (editor, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (name_of (editor), ==, "Old");

  g_signal_connect (editor, "save-failed", G_CALLBACK (save_failed_cb), &n_failed);
  rename_to (editor, "Typed", "name");
  write_as_another (machine, "Theirs again");
  drover_test_until (n_failed > 0);
  g_assert_cmpstr (name_of (editor), ==, "Theirs again");
  g_assert_true (drover_editor_undo (editor, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (name_of (editor), ==, "Typed");
}

/* Another program breaks the file while somebody types. */
static void
test_broken_by_another (void)
{
  g_autoptr (DroverMachine) machine = new_machine ("broken");
  DroverEditor *editor = drover_editor_get_for_machine (machine);
  const char *file = drover_machine_get_file (machine);
  g_autofree char *before = NULL;
  g_autoptr (GError) error = NULL;
  guint n_failed = 0;

  g_assert_true (g_file_get_contents (file, &before, NULL, NULL));
  g_signal_connect (editor, "save-failed", G_CALLBACK (save_failed_cb), &n_failed);
  rename_to (editor, "Typed", "name");
  g_assert_true (g_file_set_contents (file, "{ broken", -1, NULL));
  drover_machine_reload (machine);
  g_assert_null (drover_editor_get_document (editor));
  g_assert_cmpuint (n_failed, ==, 1);

  /* Nobody is to close the window and think that all is written. */
  g_assert_false (drover_editor_flush (editor, &error));
  g_assert_error (error, DROVER_ERROR, DROVER_ERROR_MACHINE_FILE);
  g_clear_error (&error);

  g_assert_true (g_file_set_contents (file, before, -1, NULL));
  drover_machine_reload (machine);
  g_assert_cmpstr (name_of (editor), ==, "Old");
  g_assert_true (drover_editor_flush (editor, &error));
  g_assert_no_error (error);
  g_assert_true (drover_editor_undo (editor, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (name_of (editor), ==, "Typed");
  g_assert_true (file_says (machine, "\"Typed\""));

  /* Broken and mended without a change is nothing to undo. */
  g_free (g_steal_pointer (&before));
  g_assert_true (g_file_get_contents (file, &before, NULL, NULL));
  g_assert_true (g_file_set_contents (file, "{", -1, NULL));
  drover_machine_reload (machine);
  g_assert_cmpuint (n_failed, ==, 1);
  g_assert_true (g_file_set_contents (file, before, -1, NULL));
  drover_machine_reload (machine);
  g_assert_cmpstr (name_of (editor), ==, "Typed");
  g_assert_cmpstr (drover_editor_get_undo_label (editor), ==, "Typed");
}

/* What could not be written is not taken for written the next time. */
static void
test_flush_again (void)
{
  g_autoptr (DroverMachine) machine = new_machine ("again");
  DroverEditor *editor = drover_editor_get_for_machine (machine);
  const char *folder = drover_machine_get_folder (machine);
  g_autofree char *backup = g_build_filename (folder, "machine.json.bak", NULL);
  g_autoptr (GError) error = NULL;

  /* Nothing can be written where a folder is in the way. */
  g_assert_cmpint (g_mkdir_with_parents (backup, 0700), ==, 0);
  rename_to (editor, "Typed", "name");
  g_assert_false (drover_editor_flush (editor, &error));
  g_assert_nonnull (error);
  g_clear_error (&error);
  g_assert_false (drover_editor_flush (editor, NULL));
  g_assert_cmpstr (name_of (editor), ==, "Typed");
  g_assert_true (file_says (machine, "\"Old\""));

  g_assert_cmpint (g_rmdir (backup), ==, 0);
  g_assert_true (drover_editor_flush (editor, &error));
  g_assert_no_error (error);
  g_assert_true (file_says (machine, "\"Typed\""));
}

static void
test_refused_save_changes_nothing (void)
{
  g_autoptr (DroverMachine) machine = new_machine ("refused");
  DroverEditor *editor = drover_editor_get_for_machine (machine);
  g_autoptr (DroverDocument) document =
    drover_document_with_name (drover_editor_get_document (editor), "Mine");
  g_autoptr (GError) error = NULL;

  write_as_another (machine, "Theirs");
  g_assert_false (drover_editor_apply (editor, document, "Mine", NULL, &error));
  g_assert_error (error, DROVER_ERROR, DROVER_ERROR_MACHINE_CHANGED);
  g_assert_cmpstr (name_of (editor), ==, "Old");
  g_assert_null (drover_editor_get_undo_label (editor));
  g_assert_true (file_says (machine, "Theirs"));
}

int
main (int argc, char *argv[])
{
  drover_test_init (&argc, &argv);
  g_test_add_func ("/editor/undo", test_undo);
  g_test_add_func ("/editor/undo-limit", test_undo_limit);
  g_test_add_func ("/editor/no-change-is-no-step", test_no_change_is_no_step);
  g_test_add_func ("/editor/merge", test_merge);
  g_test_add_func ("/editor/changed-by-another", test_changed_by_another);
  g_test_add_func ("/editor/broken-by-another", test_broken_by_another);
  g_test_add_func ("/editor/flush-again", test_flush_again);
  g_test_add_func ("/editor/refused-save", test_refused_save_changes_nothing);
  return drover_test_run ();
}
