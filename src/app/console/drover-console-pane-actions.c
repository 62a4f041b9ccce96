/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>
#include <string.h>

#include "drover-console-pane-private.h"
#include "drover-run-console.h"
#include "drover-terminal-view.h"

/* What the menu, the keys and the search bar do with the tab in front. */

#define CTRL_A "\001"

/* Returns: (nullable): the terminal in front */
DroverTerminal *
_drover_console_pane_get_terminal (DroverConsolePane *self)
{
  GtkWidget *child = self->consoles != NULL ? adw_view_stack_get_visible_child (self->consoles)
                                            : NULL;

  return DROVER_IS_TERMINAL_VIEW (child)
           ? drover_terminal_view_get_terminal (DROVER_TERMINAL_VIEW (child)) : NULL;
}

DroverConsole *
_drover_console_pane_get_console (DroverConsolePane *self)
{
  DroverTerminal *terminal = _drover_console_pane_get_terminal (self);

  return terminal != NULL ? drover_terminal_get_console (terminal) : NULL;
}

static DroverMonitorView *
get_monitor (DroverConsolePane *self)
{
  GtkWidget *child = adw_view_stack_get_visible_child (self->consoles);

  return DROVER_IS_MONITOR_VIEW (child) ? DROVER_MONITOR_VIEW (child) : NULL;
}

static void
set_enabled (DroverConsolePane *self, const char *action, gboolean enabled)
{
  gtk_widget_action_set_enabled (GTK_WIDGET (self), action, enabled);
}

void
_drover_console_pane_update_actions (DroverConsolePane *self)
{
  static const char *const of_terminals[] = { "console.find", "console.paste", "console.zoom-in",
                                              "console.zoom-out", "console.zoom-normal" };
  DroverTerminal *terminal = _drover_console_pane_get_terminal (self);
  DroverConsole *console = _drover_console_pane_get_console (self);
  gboolean connected = console != NULL && drover_console_get_connected (console);
  gboolean is_monitor = get_monitor (self) != NULL;

  for (guint i = 0; i < G_N_ELEMENTS (of_terminals); i++)
    set_enabled (self, of_terminals[i], terminal != NULL);
  set_enabled (self, "console.copy",
               terminal != NULL && vte_terminal_get_has_selection (VTE_TERMINAL (terminal)));
  set_enabled (self, "console.save", terminal != NULL || is_monitor);
  set_enabled (self, "console.clear", is_monitor);
  set_enabled (self, "console.open-log", console != NULL);
  set_enabled (self, "console.break", connected);
  set_enabled (self, "console.escape", connected && drover_console_get_mux (console));
  gtk_widget_set_visible (GTK_WIDGET (self->find_button), terminal != NULL);
  if (terminal == NULL)
    gtk_toggle_button_set_active (self->find_button, FALSE);
}

void
_drover_console_pane_toast (DroverConsolePane *self, const char *text)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "win.toast", "s", text);
}

static void
search_changed_cb (DroverConsolePane *self)
{
  DroverTerminal *terminal = _drover_console_pane_get_terminal (self);
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->search_entry));
  gboolean found;

  if (terminal == NULL)
    return;

  drover_terminal_set_search (terminal, text, gtk_toggle_button_get_active (self->case_button));
  vte_terminal_unselect_all (VTE_TERMINAL (terminal));
  found = *text == '\0' || drover_terminal_find (terminal, TRUE);
  if (found)
    gtk_widget_remove_css_class (GTK_WIDGET (self->search_entry), "error");
  else
    gtk_widget_add_css_class (GTK_WIDGET (self->search_entry), "error");
}

static void
find (DroverConsolePane *self, gboolean backwards)
{
  DroverTerminal *terminal = _drover_console_pane_get_terminal (self);

  if (terminal != NULL)
    drover_terminal_find (terminal, backwards);
}

static void
find_previous_cb (DroverConsolePane *self)
{
  find (self, TRUE);
}

static void
find_next_cb (DroverConsolePane *self)
{
  find (self, FALSE);
}

static void
search_mode_cb (DroverConsolePane *self)
{
  DroverTerminal *terminal = _drover_console_pane_get_terminal (self);

  if (gtk_search_bar_get_search_mode (self->search_bar))
    {
      gtk_widget_grab_focus (GTK_WIDGET (self->search_entry));
      search_changed_cb (self);
    }
  else if (terminal != NULL)
    {
      drover_terminal_set_search (terminal, NULL, FALSE);
      if (gtk_widget_get_mapped (GTK_WIDGET (self)))
        gtk_widget_grab_focus (GTK_WIDGET (terminal));
    }
}

static void
find_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  DroverConsolePane *self = DROVER_CONSOLE_PANE (widget);

  gtk_search_bar_set_search_mode (self->search_bar, TRUE);
  gtk_widget_grab_focus (GTK_WIDGET (self->search_entry));
}

static void
find_next_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  find (DROVER_CONSOLE_PANE (widget), FALSE);
}

static void
find_previous_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  find (DROVER_CONSOLE_PANE (widget), TRUE);
}

static void
terminal_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  DroverTerminal *terminal = _drover_console_pane_get_terminal (DROVER_CONSOLE_PANE (widget));

  gtk_widget_activate_action (GTK_WIDGET (terminal),
                              g_str_equal (name, "console.copy") ? "terminal.copy"
                                                                 : "terminal.paste", NULL);
}

static void
zoom_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  DroverConsolePane *self = DROVER_CONSOLE_PANE (widget);
  int steps = g_str_equal (name, "console.zoom-in") ? 1
              : g_str_equal (name, "console.zoom-out") ? -1 : 0;

  if (!drover_terminal_zoom (_drover_console_pane_get_terminal (self), steps))
    _drover_console_pane_toast (self, _("The window is too narrow for 80 columns of larger text. "
                                        "Guests count on them."));
}

static void
clear_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  drover_monitor_view_clear (get_monitor (DROVER_CONSOLE_PANE (widget)));
}

static gboolean
save_text (GtkWidget *view, GFile *file, GError **error)
{
  g_autofree char *text = NULL;

  if (DROVER_IS_TERMINAL_VIEW (view))
    return drover_terminal_save (drover_terminal_view_get_terminal (DROVER_TERMINAL_VIEW (view)),
                                 file, error);

  text = drover_monitor_view_dup_text (DROVER_MONITOR_VIEW (view));
  return g_file_replace_contents (file, text, strlen (text), NULL, FALSE, G_FILE_CREATE_PRIVATE,
                                  NULL, NULL, error);
}

static void
save_chosen_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GtkWidget) view = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GFile) file = gtk_file_dialog_save_finish (GTK_FILE_DIALOG (source), result, &error);

  if (file != NULL && save_text (view, file, &error))
    return;
  if (!g_error_matches (error, GTK_DIALOG_ERROR, GTK_DIALOG_ERROR_DISMISSED))
    gtk_widget_activate_action (view, "win.toast", "s", error->message);
}

static void
save_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  DroverConsolePane *self = DROVER_CONSOLE_PANE (widget);
  GtkWidget *view = adw_view_stack_get_visible_child (self->consoles);
  g_autoptr (GtkFileDialog) dialog = gtk_file_dialog_new ();
  g_autofree char *file =
    g_strdup_printf ("%s-%s.txt", drover_machine_get_slug (drover_run_get_machine (self->run)),
                     adw_view_stack_get_visible_child_name (self->consoles));

  gtk_file_dialog_set_initial_name (dialog, file);
  gtk_file_dialog_save (dialog, GTK_WINDOW (gtk_widget_get_root (widget)), NULL, save_chosen_cb,
                        g_object_ref (view));
}

static void
log_opened_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DroverConsolePane) self = user_data;
  g_autoptr (GError) error = NULL;

  if (!gtk_file_launcher_launch_finish (GTK_FILE_LAUNCHER (source), result, &error) &&
      !g_error_matches (error, GTK_DIALOG_ERROR, GTK_DIALOG_ERROR_DISMISSED))
    _drover_console_pane_toast (self, error->message);
}

/* Its place is said, too: not every computer has a program that opens such files. */
static void
open_log_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  DroverConsolePane *self = DROVER_CONSOLE_PANE (widget);
  const char *log = drover_console_get_log (_drover_console_pane_get_console (self));
  g_autoptr (GFile) file = g_file_new_for_path (log);
  g_autoptr (GtkFileLauncher) launcher = gtk_file_launcher_new (file);

  _drover_console_pane_toast (self, log);
  gtk_file_launcher_launch (launcher, GTK_WINDOW (gtk_widget_get_root (widget)), NULL,
                            log_opened_cb, g_object_ref (self));
}

static DexFuture *
failed_cb (DexFuture *future, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  dex_future_get_value (future, &error);
  _drover_console_pane_toast (user_data, error->message);
  return dex_future_new_true ();
}

static void
watch (DroverConsolePane *self, DexFuture *future)
{
  dex_future_disown (
    dex_future_catch (future, failed_cb, g_object_ref (self), g_object_unref));
}

static void
break_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  DroverConsolePane *self = DROVER_CONSOLE_PANE (widget);

  watch (self, drover_run_send_break (self->run, _drover_console_pane_get_console (self)));
}

static void
reconnect_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  DroverConsolePane *self = DROVER_CONSOLE_PANE (widget);
  DroverConsole *console = _drover_console_pane_get_console (self);

  if (console != NULL)
    watch (self, drover_run_connect_console (self->run, console, TRUE));
}

static void
end_response_cb (AdwAlertDialog *dialog, const char *response, DroverTerminal *terminal)
{
  if (g_str_equal (response, "end"))
    drover_terminal_send (terminal, CTRL_A "x");
}

static void
ask_for_end (DroverConsolePane *self)
{
  AdwDialog *dialog = adw_alert_dialog_new (
    _("End QEMU?"), _("Ctrl-A X pulls the plug of the guest. What it has not written to its disks "
                      "yet is lost."));
  AdwAlertDialog *alert = ADW_ALERT_DIALOG (dialog);

  adw_alert_dialog_add_responses (alert, "cancel", _("_Cancel"), "end", _("_End QEMU"), NULL);
  adw_alert_dialog_set_response_appearance (alert, "end", ADW_RESPONSE_DESTRUCTIVE);
  adw_alert_dialog_set_default_response (alert, "cancel");
  adw_alert_dialog_set_close_response (alert, "cancel");
  g_signal_connect_object (alert, "response", G_CALLBACK (end_response_cb),
                           _drover_console_pane_get_terminal (self), G_CONNECT_DEFAULT);
  adw_dialog_present (dialog, GTK_WIDGET (self));
}

static void
escape_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  DroverConsolePane *self = DROVER_CONSOLE_PANE (widget);
  const char *key = g_variant_get_string (parameter, NULL);
  g_autofree char *keys = g_strconcat (CTRL_A, g_str_equal (key, "a") ? CTRL_A : key, NULL);

  if (g_str_equal (key, "x"))
    ask_for_end (self);
  else
    drover_terminal_send (_drover_console_pane_get_terminal (self), keys);
}

/* After the template is set. */
void
_drover_console_pane_install_actions (GtkWidgetClass *widget_class)
{
  static const struct
  {
    const char *name;
    const char *parameter;
    GtkWidgetActionActivateFunc func;
  } actions[] = {
    { "console.find", NULL, find_action },
    { "console.find-next", NULL, find_next_action },
    { "console.find-previous", NULL, find_previous_action },
    { "console.copy", NULL, terminal_action },
    { "console.paste", NULL, terminal_action },
    { "console.zoom-in", NULL, zoom_action },
    { "console.zoom-out", NULL, zoom_action },
    { "console.zoom-normal", NULL, zoom_action },
    { "console.save", NULL, save_action },
    { "console.open-log", NULL, open_log_action },
    { "console.clear", NULL, clear_action },
    { "console.break", NULL, break_action },
    { "console.escape", "s", escape_action },
    { "console.reconnect", NULL, reconnect_action },
  };

  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    gtk_widget_class_install_action (widget_class, actions[i].name, actions[i].parameter,
                                     actions[i].func);

  gtk_widget_class_bind_template_callback (widget_class, search_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, search_mode_cb);
  gtk_widget_class_bind_template_callback (widget_class, find_next_cb);
  gtk_widget_class_bind_template_callback (widget_class, find_previous_cb);
}

/* With Shift, as everywhere in Drover: what is typed without it belongs to the guest. They are
 * seen on their way to the terminal, which would take some for its own. */
void
_drover_console_pane_add_shortcuts (DroverConsolePane *self)
{
  static const char *const shortcuts[][2] = {
    { "<Control><Shift>f", "console.find" },
    { "<Control><Shift>g", "console.find-next" },
    { "<Control><Shift>h", "console.find-previous" },
    { "<Control><Shift>plus|<Control><Shift>equal|<Control><Shift>KP_Add", "console.zoom-in" },
    { "<Control><Shift>minus|<Control><Shift>underscore|<Control><Shift>KP_Subtract",
      "console.zoom-out" },
    { "<Control><Shift>0|<Control><Shift>parenright|<Control><Shift>KP_0", "console.zoom-normal" },
  };
  GtkEventController *controller = gtk_shortcut_controller_new ();

  gtk_event_controller_set_propagation_phase (controller, GTK_PHASE_CAPTURE);
  for (guint i = 0; i < G_N_ELEMENTS (shortcuts); i++)
    gtk_shortcut_controller_add_shortcut (
      GTK_SHORTCUT_CONTROLLER (controller),
      gtk_shortcut_new (gtk_shortcut_trigger_parse_string (shortcuts[i][0]),
                        gtk_named_action_new (shortcuts[i][1])));
  gtk_widget_add_controller (GTK_WIDGET (self), controller);
}
