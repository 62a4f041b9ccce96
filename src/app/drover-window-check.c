/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "drover-check.h"
#include "drover-editor.h"
#include "drover-machine-page.h"
#include "drover-window-private.h"

/* Before its first start a machine is checked: what QEMU refuses is told with the argument that
 * it is about, not as a failed start. */

/* A check that takes longer than this is spoken of. */
#define SAY_AFTER_MSEC 700

typedef struct
{
  DroverWindow *window;
  DroverRun *run;
  DroverStartFlags flags;
  DroverDocument *document;
  DroverCheck *check;
  guint say_source;
  AdwToast *toast;
} FirstStart;

static void
first_start_free (gpointer data)
{
  FirstStart *start = data;

  g_clear_handle_id (&start->say_source, g_source_remove);
  if (start->toast != NULL)
    adw_toast_dismiss (start->toast);
  g_clear_object (&start->toast);
  g_clear_pointer (&start->check, drover_check_unref);
  drover_document_unref (start->document);
  g_object_unref (start->run);
  g_object_unref (start->window);
  g_free (start);
}

static char *
dup_argument (DroverDocument *document, int index)
{
  DroverArgument *argument = drover_document_get_arguments (document)->pdata[index];
  const char *flag = drover_argument_get_flag (argument);
  const char *value = drover_argument_get_value (argument);

  if (flag != NULL && value != NULL)
    return g_strdup_printf ("%s %s", flag, value);
  return g_strdup (flag != NULL ? flag : value);
}

static char *
dup_problems (DroverDocument *document, DroverCheck *check)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < check->problems->len; i++)
    {
      const DroverCheckProblem *problem = check->problems->pdata[i];
      g_autofree char *argument =
        problem->argument >= 0 ? dup_argument (document, problem->argument) : NULL;

      if (!problem->fatal)
        continue;
      if (text->len > 0)
        g_string_append (text, "\n\n");
      if (argument != NULL)
        g_string_append_printf (text, "%s\n", argument);
      g_string_append (text, problem->message);
    }

  return g_string_free_and_steal (text);
}

static void
show_problem (FirstStart *start)
{
  const DroverCheckProblem *problem = start->check->problems->pdata[0];
  DroverMachinePage *page = g_hash_table_lookup (start->window->pages, start->run);
  DroverConfig *config;

  drover_window_select_run (start->window, start->run);
  page = g_hash_table_lookup (start->window->pages, start->run);
  config = drover_machine_page_show_configuration (page);
  if (drover_editor_get_document (drover_config_get_editor (config)) != start->document)
    return;

  drover_config_set_check (config, start->check);
  drover_config_select (config, problem->argument, problem->start, problem->end);
}

static void
response_cb (AdwAlertDialog *dialog, const char *response, gpointer user_data)
{
  FirstStart *start = user_data;

  /* The machine, or the window, may be gone. */
  if (start->window->pages == NULL)
    return;
  if (g_str_equal (response, "start") && drover_run_is_off (start->run))
    _drover_window_start_with (start->window, start->run, start->flags);
  else if (g_str_equal (response, "show"))
    show_problem (start);
}

/* Takes @start. */
static void
tell_problems (FirstStart *start)
{
  AdwDialog *dialog = adw_alert_dialog_new (_("QEMU Refuses This Command Line"), NULL);
  AdwAlertDialog *alert = ADW_ALERT_DIALOG (dialog);
  g_autofree char *problems = dup_problems (start->document, start->check);

  adw_alert_dialog_set_body (alert, problems);
  adw_alert_dialog_add_responses (alert, "cancel", _("_Cancel"), "start", _("Start _Anyway"), "show",
                                  _("_Show in Configuration"), NULL);
  adw_alert_dialog_set_response_appearance (alert, "show", ADW_RESPONSE_SUGGESTED);
  adw_alert_dialog_set_default_response (alert, "show");
  adw_alert_dialog_set_close_response (alert, "cancel");
  g_signal_connect_data (alert, "response", G_CALLBACK (response_cb), start,
                         (GClosureNotify) (void (*) (void)) first_start_free, G_CONNECT_DEFAULT);
  adw_dialog_present (dialog, GTK_WIDGET (start->window));
}

static void
say_cb (gpointer user_data)
{
  FirstStart *start = user_data;

  start->say_source = 0;
  if (start->window->toasts == NULL)
    return;

  start->toast = _drover_window_toast_new (start->window,
                                           _("Checking the machine before its first start…"));
  adw_toast_set_timeout (start->toast, 0);
  adw_toast_overlay_add_toast (start->window->toasts, g_object_ref (start->toast));
}

static DexFuture *
checked_cb (DexFuture *future, gpointer user_data)
{
  FirstStart *start = user_data;
  DroverWindow *self = start->window;
  const GValue *value = dex_future_get_value (future, NULL);

  g_clear_handle_id (&start->say_source, g_source_remove);
  if (start->toast != NULL)
    adw_toast_dismiss (start->toast);
  g_clear_object (&start->toast);

  if (self->checking == NULL || !g_hash_table_remove (self->checking, start->run))
    {
      first_start_free (start);
      return dex_future_new_true ();
    }

  /* Why there was no check, as a program that is missing, the start itself says best. */
  start->check = value != NULL ? g_value_dup_boxed (value) : NULL;
  if (start->check != NULL && !start->check->passed)
    {
      tell_problems (start);
      return dex_future_new_true ();
    }

  if (drover_run_is_off (start->run))
    _drover_window_start_with (self, start->run, start->flags);
  first_start_free (start);
  return dex_future_new_true ();
}

/* Starts a machine, in whatever way; one that never ran is checked first. */
void
_drover_window_check_and_start (DroverWindow *self, DroverRun *run, DroverStartFlags flags)
{
  DroverMachine *machine = drover_run_get_machine (run);
  g_autoptr (GError) error = NULL;
  DroverDocument *document;
  FirstStart *start;

  if (!_drover_window_flush (run, &error))
    {
      _drover_window_toast (self, error->message);
      return;
    }

  document = drover_machine_get_document (machine);
  if (document == NULL || drover_run_was_started (run))
    {
      _drover_window_start_with (self, run, flags);
      return;
    }
  if (!g_hash_table_add (self->checking, g_object_ref (run)))
    return;

  start = g_new0 (FirstStart, 1);
  start->window = g_object_ref (self);
  start->run = g_object_ref (run);
  start->flags = flags;
  start->document = drover_document_ref (document);
  start->say_source = g_timeout_add_once (SAY_AFTER_MSEC, say_cb, start);
  dex_future_disown (dex_future_finally (
    drover_check_run (document, drover_machine_get_directory (machine)), checked_cb, start, NULL));
}
