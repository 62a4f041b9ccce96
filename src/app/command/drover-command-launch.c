/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "drover-command-view-private.h"
#include "drover-dex.h"
#include "drover-shell.h"

/* What is really launched: the saved arguments and Drover's own. */

static gboolean
is_saved (GPtrArray *arguments, DroverArgument *argument)
{
  for (guint i = 0; i < arguments->len; i++)
    if (drover_argument_get_enabled (arguments->pdata[i]) &&
        g_strcmp0 (drover_argument_get_flag (arguments->pdata[i]),
                   drover_argument_get_flag (argument)) == 0 &&
        g_strcmp0 (drover_argument_get_value (arguments->pdata[i]),
                   drover_argument_get_value (argument)) == 0)
      return TRUE;

  return FALSE;
}

/* The words are split into arguments again, as they were saved. */
static void
show_argv (DroverCommandView *self, const char *const *argv)
{
  g_autofree char *text = drover_shell_from_argv (argv);
  g_autoptr (GPtrArray) arguments = NULL;
  g_autofree char *program = NULL;
  gsize start;
  gsize end;

  if (!drover_command_text_parse (text, self->arguments, &program, &arguments, &start, &end, NULL))
    {
      drover_command_buffer_replace (self->launch_buffer, text);
      return;
    }

  drover_command_buffer_set_command (self->launch_buffer, program, arguments);
  drover_command_buffer_clear_marks (self->launch_buffer, DROVER_COMMAND_OVERLAY);
  for (guint i = 0; i < arguments->len; i++)
    if (!is_saved (self->arguments, arguments->pdata[i]))
      drover_command_buffer_mark (self->launch_buffer, DROVER_COMMAND_OVERLAY, i, 0, 0);
}

static void
update_launch (DroverCommandView *self)
{
  g_auto (GStrv) argv = NULL;

  if (self->run == NULL || self->arguments == NULL)
    return;

  argv = drover_run_dup_launch_argv (self->run);
  gtk_label_set_label (
    self->launch_caption,
    drover_run_is_off (self->run)
      ? _("This is what will be started. What Drover adds for the launch is highlighted, and "
          "never saved.")
      : _("This is what was started. What is not saved so, because Drover added it or because it "
          "was changed since, is highlighted."));
  if (argv != NULL)
    show_argv (self, (const char *const *) argv);
}

static DexFuture *
chosen_cb (DexFuture *future, gpointer user_data)
{
  GWeakRef *weak = user_data;
  g_autoptr (DroverCommandView) self = g_weak_ref_get (weak);

  if (self != NULL)
    update_launch (self);
  return dex_future_new_true ();
}

static void
weak_ref_free (gpointer data)
{
  g_weak_ref_clear (data);
  g_free (data);
}

/* At once with what is known, and again when it is known which accelerator it would be. */
void
_drover_command_view_show_launch (DroverCommandView *self)
{
  g_autoptr (GError) error = NULL;
  GWeakRef *weak;

  if (self->run == NULL)
    return;

  _drover_command_view_flush (self);
  if (!drover_editor_flush (drover_config_get_editor (self->config), &error))
    g_signal_emit_by_name (self->config, "failed", error->message);
  update_launch (self);
  if (!drover_run_is_off (self->run))
    return;

  weak = g_new0 (GWeakRef, 1);
  g_weak_ref_init (weak, self);
  dex_future_disown (dex_future_finally (drover_run_choose_accelerator (self->run), chosen_cb,
                                         weak, weak_ref_free));
}
