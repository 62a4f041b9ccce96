/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "soak-fixture.h"

#include <adwaita.h>
#include <gio/gunixinputstream.h>
#include <stdio.h>
#include <unistd.h>

#include "drover-application.h"
#include "drover-dex.h"

/* The application's side */

static DroverApplication *application;

static void
say_state (DroverRun *run)
{
  printf ("%s %s\n", drover_machine_get_slug (drover_run_get_machine (run)),
          drover_run_get_state (run));
  fflush (stdout);
}

static void
runs_changed_cb (GListModel *model, guint position, guint removed, guint added)
{
  for (guint i = position; i < position + added; i++)
    {
      g_autoptr (DroverRun) run = g_list_model_get_item (model, i);

      g_signal_handlers_disconnect_by_func (run, say_state, NULL);
      g_signal_connect (run, "notify::state", G_CALLBACK (say_state), NULL);
      say_state (run);
    }
}

static void
obey (const char *command, const char *slug)
{
  GListModel *model = G_LIST_MODEL (drover_application_get_session (application));
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (application));

  if (g_str_equal (command, "hide"))
    {
      gtk_widget_set_visible (GTK_WIDGET (window), FALSE);
      printf ("window hidden\n");
      fflush (stdout);
    }
  for (guint i = 0; i < g_list_model_get_n_items (model); i++)
    {
      g_autoptr (DroverRun) run = g_list_model_get_item (model, i);

      if (g_str_equal (command, "start") &&
          g_str_equal (drover_machine_get_slug (drover_run_get_machine (run)), slug))
        drover_dex_forget (drover_run_start (run, TRUE));
    }
}

static void
command_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GDataInputStream *lines = G_DATA_INPUT_STREAM (source);
  g_autofree char *line = g_data_input_stream_read_line_finish (lines, result, NULL, NULL);
  g_auto (GStrv) words = line != NULL ? g_strsplit (line, " ", 2) : NULL;

  if (words == NULL || words[0] == NULL || words[1] == NULL)
    return;

  obey (words[0], words[1]);
  g_data_input_stream_read_line_async (lines, G_PRIORITY_DEFAULT, NULL, command_cb, NULL);
}

static void
activate_cb (void)
{
  GListModel *model = G_LIST_MODEL (drover_application_get_session (application));
  g_autoptr (GInputStream) input = g_unix_input_stream_new (STDIN_FILENO, FALSE);
  GDataInputStream *lines = g_data_input_stream_new (input);

  g_signal_connect (model, "items-changed", G_CALLBACK (runs_changed_cb), NULL);
  runs_changed_cb (model, 0, 0, g_list_model_get_n_items (model));
  g_data_input_stream_read_line_async (lines, G_PRIORITY_DEFAULT, NULL, command_cb, NULL);
}

/**
 * soak_app_main:
 *
 * Is the application, in the folders of the test that started it.
 *
 * Returns: its exit status
 */
int
soak_app_main (void)
{
  dex_init ();
  application = drover_application_new ();
  g_signal_connect_after (application, "activate", G_CALLBACK (activate_cb), NULL);
  return g_application_run (G_APPLICATION (application), 0, NULL);
}

/* The test's side */

static void
line_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  SoakApp *self = user_data;
  g_autofree char *line =
    g_data_input_stream_read_line_finish (G_DATA_INPUT_STREAM (source), result, NULL, NULL);
  g_auto (GStrv) words = line != NULL ? g_strsplit (line, " ", 2) : NULL;

  self->reading = FALSE;
  if (words == NULL || words[0] == NULL || words[1] == NULL)
    return;

  g_hash_table_insert (self->states, g_strdup (words[0]), g_strdup (words[1]));
  self->reading = TRUE;
  g_data_input_stream_read_line_async (self->lines, G_PRIORITY_DEFAULT, NULL, line_cb, self);
}

/**
 * soak_app_start:
 *
 * Returns: (transfer full): the application, for soak_app_kill()
 */
SoakApp *
soak_app_start (void)
{
  SoakApp *self = g_new0 (SoakApp, 1);
  g_autoptr (GError) error = NULL;

  self->process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE,
                                    &error, "/proc/self/exe", "--app", NULL);
  g_assert_no_error (error);
  self->lines = g_data_input_stream_new (g_subprocess_get_stdout_pipe (self->process));
  self->states = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->reading = TRUE;
  g_data_input_stream_read_line_async (self->lines, G_PRIORITY_DEFAULT, NULL, line_cb, self);
  return self;
}

/**
 * soak_app_tell:
 * @command: `start` a machine, or `hide` the window
 * @slug: the machine, or any word
 *
 * Tells the application what to do.
 */
void
soak_app_tell (SoakApp *self, const char *command, const char *slug)
{
  g_autofree char *line = g_strdup_printf ("%s %s\n", command, slug);

  g_assert_true (g_output_stream_write_all (g_subprocess_get_stdin_pipe (self->process), line,
                                            strlen (line), NULL, NULL, NULL));
  g_output_stream_flush (g_subprocess_get_stdin_pipe (self->process), NULL, NULL);
}

/**
 * soak_app_says:
 *
 * Returns: whether the application last said so
 */
gboolean
soak_app_says (SoakApp *self, const char *slug, const char *state)
{
  return g_strcmp0 (g_hash_table_lookup (self->states, slug), state) == 0;
}

/**
 * soak_app_kill:
 *
 * Kills it with SIGKILL, and frees it.
 */
void
soak_app_kill (SoakApp *self)
{
  g_subprocess_force_exit (self->process);
  g_assert_true (g_subprocess_wait (self->process, NULL, NULL));
  drover_test_until (!self->reading);
  g_object_unref (self->lines);
  g_object_unref (self->process);
  g_hash_table_unref (self->states);
  g_free (self);
}

/* `cli; hlt; jmp hlt`, and a jump there at the end: a guest that runs and costs nothing. */
static char *
write_idle_guest (void)
{
  static const guint8 code[] = { 0xfa, 0xf4, 0xeb, 0xfd };
  char *path = g_build_filename (drover_test_dir (), "idle.bin", NULL);
  g_autofree guint8 *image = g_malloc0 (GUEST_SIZE);

  memcpy (image, code, sizeof code);
  memcpy (image + GUEST_SIZE - 16, guest_reset, sizeof guest_reset);
  g_assert_true (g_file_set_contents (path, (const char *) image, GUEST_SIZE, NULL));
  return path;
}

/**
 * soak_guest_new:
 * @slug: the name of its folder in the library
 * @more: further arguments
 *
 * Returns: (transfer full): a run, beside the application's, of a machine that stands still
 */
DroverRun *
soak_guest_new (const char *slug, const char *const *more)
{
  g_autofree char *guest = write_idle_guest ();
  g_autofree char *machines = drover_paths_dup_machines_dir ();
  g_autofree char *folder = g_build_filename (machines, slug, NULL);
  g_autofree char *file = g_build_filename (folder, "machine.json", NULL);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) arguments = NULL;
  g_autoptr (DroverMachine) made = NULL;
  g_autoptr (DroverMachine) machine = NULL;
  g_autoptr (DroverDocument) document = NULL;
  g_autofree char *text = NULL;

  g_strv_builder_add_many (builder, "-machine", "pc", "-accel", "tcg", "-m", "8", "-net", "none",
                           "-nographic", "-bios", guest, NULL);
  g_strv_builder_addv (builder, (const char **) more);
  arguments = g_strv_builder_end (builder);
  made = new_machine (QEMU, (const char *const *) arguments);
  document = drover_document_with_name (drover_machine_get_document (made), slug);
  text = drover_document_to_text (document);
  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (file, text, -1, NULL));
  machine = drover_machine_new (folder);
  return drover_run_new (machine, DROVER_CTL_SOCKET);
}
