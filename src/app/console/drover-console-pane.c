/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>
#include <string.h>

#include "drover-console-pane.h"
#include "drover-dex.h"
#include "drover-install.h"
#include "drover-monitor-view.h"
#include "drover-run-console.h"
#include "drover-terminal-view.h"

#define CTRL_A "\001"

/* All consoles of a machine, each in a tab: its serial lines and the like, a shell in the guest,
 * QEMU's monitor, and QMP. */
struct _DroverConsolePane
{
  AdwBin parent_instance;

  DroverRun *run;

  AdwInlineViewSwitcher *switcher;
  GtkToggleButton *find_button;
  GtkSearchBar *search_bar;
  GtkSearchEntry *search_entry;
  GtkToggleButton *case_button;
  AdwBanner *banner;
  AdwViewStack *consoles;
};

G_DEFINE_FINAL_TYPE (DroverConsolePane, drover_console_pane, ADW_TYPE_BIN)

static const char *const monitor_names[] = { "hmp", "qmp" };

/* --- what is shown ---------------------------------------------------------------------------- */

/* Returns: (nullable): the terminal in front */
static DroverTerminal *
get_terminal (DroverConsolePane *self)
{
  GtkWidget *child = self->consoles != NULL ? adw_view_stack_get_visible_child (self->consoles)
                                            : NULL;

  return DROVER_IS_TERMINAL_VIEW (child)
           ? drover_terminal_view_get_terminal (DROVER_TERMINAL_VIEW (child)) : NULL;
}

static DroverConsole *
get_console (DroverConsolePane *self)
{
  DroverTerminal *terminal = get_terminal (self);

  return terminal != NULL ? drover_terminal_get_console (terminal) : NULL;
}

static DroverMonitorView *
get_monitor (DroverConsolePane *self)
{
  GtkWidget *child = adw_view_stack_get_visible_child (self->consoles);

  return DROVER_IS_MONITOR_VIEW (child) ? DROVER_MONITOR_VIEW (child) : NULL;
}

static void
update_banner (DroverConsolePane *self)
{
  DroverConsole *console = get_console (self);
  const char *holder = console != NULL ? drover_console_get_holder (console) : NULL;
  g_autofree char *text = holder != NULL
                            /* Translators: a program that has the console, such as
                             * “droverctl (process 123)” */
                            ? g_strdup_printf (_("%s has this console. Here is what its log gets; "
                                                 "what you type goes nowhere."), holder)
                            : NULL;

  if (text != NULL)
    adw_banner_set_title (self->banner, text);
  adw_banner_set_revealed (self->banner, text != NULL);
}

static void
set_enabled (DroverConsolePane *self, const char *action, gboolean enabled)
{
  gtk_widget_action_set_enabled (GTK_WIDGET (self), action, enabled);
}

static void
update_actions (DroverConsolePane *self)
{
  static const char *const of_terminals[] = { "console.find", "console.paste", "console.zoom-in",
                                              "console.zoom-out", "console.zoom-normal" };
  DroverTerminal *terminal = get_terminal (self);
  DroverConsole *console = get_console (self);
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
  update_banner (self);
}

static void
visible_changed_cb (DroverConsolePane *self)
{
  GtkWidget *child = adw_view_stack_get_visible_child (self->consoles);

  update_actions (self);
  if (DROVER_IS_MONITOR_VIEW (child) && gtk_widget_get_mapped (GTK_WIDGET (self)))
    gtk_widget_grab_focus (child);
}

static void
console_changed_cb (DroverConsole *console, GParamSpec *pspec, DroverConsolePane *self)
{
  update_actions (self);
}

/* --- actions ---------------------------------------------------------------------------------- */

static void
toast (DroverConsolePane *self, const char *text)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "win.toast", "s", text);
}

static void
search_changed_cb (DroverConsolePane *self)
{
  DroverTerminal *terminal = get_terminal (self);
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
  DroverTerminal *terminal = get_terminal (self);

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
  DroverTerminal *terminal = get_terminal (self);

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
  DroverTerminal *terminal = get_terminal (DROVER_CONSOLE_PANE (widget));

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

  if (!drover_terminal_zoom (get_terminal (self), steps))
    toast (self, _("The window is too narrow for 80 columns of larger text. Guests count on "
                   "them."));
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
    toast (self, error->message);
}

/* Its place is said, too: not every computer has a program that opens such files. */
static void
open_log_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  DroverConsolePane *self = DROVER_CONSOLE_PANE (widget);
  const char *log = drover_console_get_log (get_console (self));
  g_autoptr (GFile) file = g_file_new_for_path (log);
  g_autoptr (GtkFileLauncher) launcher = gtk_file_launcher_new (file);

  toast (self, log);
  gtk_file_launcher_launch (launcher, GTK_WINDOW (gtk_widget_get_root (widget)), NULL,
                            log_opened_cb, g_object_ref (self));
}

static DexFuture *
failed_cb (DexFuture *future, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  dex_future_get_value (future, &error);
  toast (user_data, error->message);
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

  watch (self, drover_run_send_break (self->run, get_console (self)));
}

static void
reconnect_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  DroverConsolePane *self = DROVER_CONSOLE_PANE (widget);
  DroverConsole *console = get_console (self);

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
  g_signal_connect_object (alert, "response", G_CALLBACK (end_response_cb), get_terminal (self),
                           G_CONNECT_DEFAULT);
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
    drover_terminal_send (get_terminal (self), keys);
}

/* --- terminals -------------------------------------------------------------------------------- */

static void
ctrl_c_typed_cb (DroverTerminal *terminal, DroverConsolePane *self)
{
  g_assert (DROVER_IS_CONSOLE_PANE (self));

  drover_dex_forget (drover_run_force_off (self->run));
  toast (self, _("Ctrl-C ended QEMU, as it does in a shell for these arguments. "
                 "With mon:stdio it reaches the guest."));
}

/* A terminal in a tab. */
static DroverTerminal *
new_terminal (DroverConsolePane *self, const char *name, const char *title)
{
  DroverTerminal *terminal = drover_terminal_new ();
  GtkWidget *view = drover_terminal_view_new (terminal);

  g_signal_connect_object (terminal, "selection-changed", G_CALLBACK (update_actions), self,
                           G_CONNECT_SWAPPED);
  adw_view_stack_add_titled (self->consoles, view, name, title);
  return terminal;
}

static void
add_terminal (DroverConsolePane *self, DroverConsole *console)
{
  DroverTerminal *terminal = new_terminal (self, drover_console_get_id (console),
                                           drover_console_get_title (console));

  g_signal_connect_object (terminal, "ctrl-c-typed", G_CALLBACK (ctrl_c_typed_cb), self,
                           G_CONNECT_DEFAULT);
  g_signal_connect_object (console, "notify::holder", G_CALLBACK (console_changed_cb), self,
                           G_CONNECT_DEFAULT);
  g_signal_connect_object (console, "notify::connected", G_CALLBACK (console_changed_cb), self,
                           G_CONNECT_DEFAULT);

  drover_terminal_set_console (terminal, console);
  /* A start connects the consoles itself, before the guest says its first word; this is for
   * a guest that ran before, and shows what it said meanwhile. */
  if (drover_run_is_live (self->run))
    drover_dex_forget (drover_run_connect_console (self->run, console, TRUE));
}

static void
clear_tabs (DroverConsolePane *self)
{
  g_autoptr (GListModel) pages = G_LIST_MODEL (adw_view_stack_get_pages (self->consoles));

  while (g_list_model_get_n_items (pages) > 0)
    {
      g_autoptr (AdwViewStackPage) page = g_list_model_get_item (pages, 0);

      adw_view_stack_remove (self->consoles, adw_view_stack_page_get_child (page));
    }
}

static void
add_monitors (DroverConsolePane *self)
{
  const char *const titles[] = { _("Monitor"), _("QMP") };

  for (guint i = 0; i < G_N_ELEMENTS (monitor_names); i++)
    if (adw_view_stack_get_child_by_name (self->consoles, monitor_names[i]) == NULL)
      adw_view_stack_add_titled (self->consoles,
                                 drover_monitor_view_new (self->run, i == 0 ? DROVER_MONITOR_HMP
                                                                            : DROVER_MONITOR_QMP),
                                 monitor_names[i], titles[i]);
}

/* The tabs of a run stay after its end, so that its last words can be read; they make room for
 * those of the next. */
static void
consoles_changed_cb (GListModel *model, guint position, guint removed, guint added,
                     DroverConsolePane *self)
{
  g_assert (DROVER_IS_CONSOLE_PANE (self));

  if (added > 0 && position == 0)
    clear_tabs (self);
  for (guint i = position; i < position + added; i++)
    {
      g_autoptr (DroverConsole) console = g_list_model_get_item (model, i);

      add_terminal (self, console);
    }
  update_actions (self);
}

static GtkWidget *
add_status_page (DroverConsolePane *self, const char *name, const char *tab, const char *icon,
                 const char *title, const char *description)
{
  GtkWidget *page = adw_status_page_new ();

  adw_status_page_set_icon_name (ADW_STATUS_PAGE (page), icon);
  adw_status_page_set_title (ADW_STATUS_PAGE (page), title);
  adw_status_page_set_description (ADW_STATUS_PAGE (page), description);
  adw_view_stack_add_titled (self->consoles, page, name, tab);
  return page;
}

/* The place of the guest's screen, which QEMU shows in a window of its own for now. */
static void
update_screen (DroverConsolePane *self)
{
  GtkWidget *screen = adw_view_stack_get_child_by_name (self->consoles, "screen");
  gboolean shown = drover_run_is_live (self->run) && drover_run_has_window (self->run);

  if (screen != NULL && !shown)
    adw_view_stack_remove (self->consoles, screen);
  if (screen == NULL && shown)
    adw_view_stack_set_visible_child (
      self->consoles,
      add_status_page (self, "screen", _("Screen"), "video-display-symbolic",
                       _("The Guest’s Screen Is in Its Own Window"),
                       _("QEMU shows it. Closing that window ends the machine, as by pulling the "
                         "plug.")));
}

static void
update_placeholder (DroverConsolePane *self)
{
  GtkWidget *none = adw_view_stack_get_child_by_name (self->consoles, "none");
  gboolean shown = drover_run_is_live (self->run) &&
                   g_list_model_get_n_items (drover_run_get_consoles (self->run)) == 0 &&
                   adw_view_stack_get_child_by_name (self->consoles, "screen") == NULL;

  if (none != NULL && !shown)
    adw_view_stack_remove (self->consoles, none);
  if (none == NULL && shown)
    adw_view_stack_set_visible_child (
      self->consoles,
      add_status_page (self, "none", _("Console"), "utilities-terminal-symbolic",
                       _("No Console"),
                       _("Nothing in this machine’s arguments goes to the terminal, as -nographic "
                         "does. A guest with a screen shows it in QEMU’s own window.")));
}

/**
 * drover_console_pane_has_consoles:
 *
 * Returns: whether there is something to look at, of this run or of the last
 */
gboolean
drover_console_pane_has_consoles (DroverConsolePane *self)
{
  g_return_val_if_fail (DROVER_IS_CONSOLE_PANE (self), FALSE);
  return adw_view_stack_get_visible_child (self->consoles) != NULL;
}

/**
 * drover_console_pane_update:
 *
 * Takes note of the machine's state.
 */
void
drover_console_pane_update (DroverConsolePane *self)
{
  g_return_if_fail (DROVER_IS_CONSOLE_PANE (self));

  update_screen (self);
  update_placeholder (self);
  if (drover_run_is_live (self->run))
    add_monitors (self);

  for (guint i = 0; i < G_N_ELEMENTS (monitor_names); i++)
    {
      GtkWidget *view = adw_view_stack_get_child_by_name (self->consoles, monitor_names[i]);

      if (view != NULL)
        drover_monitor_view_update (DROVER_MONITOR_VIEW (view));
    }
  update_actions (self);
}

/**
 * drover_console_pane_attach:
 *
 * Connects what is not connected yet of a machine that runs.
 */
void
drover_console_pane_attach (DroverConsolePane *self)
{
  GListModel *consoles;

  g_return_if_fail (DROVER_IS_CONSOLE_PANE (self));

  consoles = drover_run_get_consoles (self->run);
  for (guint i = 0; i < g_list_model_get_n_items (consoles); i++)
    {
      g_autoptr (DroverConsole) console = g_list_model_get_item (consoles, i);

      if (!drover_console_get_connected (console) && drover_console_get_holder (console) == NULL)
        drover_dex_forget (drover_run_connect_console (self->run, console, TRUE));
    }

  if (get_terminal (self) != NULL && gtk_widget_get_mapped (GTK_WIDGET (self)))
    drover_console_pane_focus (self);
}

/**
 * drover_console_pane_show_first:
 *
 * Brings the guest's first console to the front.
 *
 * Returns: whether it has one
 */
gboolean
drover_console_pane_show_first (DroverConsolePane *self)
{
  g_autoptr (DroverConsole) console = NULL;
  GtkWidget *view;

  g_return_val_if_fail (DROVER_IS_CONSOLE_PANE (self), FALSE);

  console = g_list_model_get_item (drover_run_get_consoles (self->run), 0);
  view = console != NULL
           ? adw_view_stack_get_child_by_name (self->consoles, drover_console_get_id (console))
           : NULL;
  if (view != NULL)
    adw_view_stack_set_visible_child (self->consoles, view);
  return view != NULL;
}

/**
 * drover_console_pane_focus:
 *
 * Gives the keyboard to the tab in front.
 */
void
drover_console_pane_focus (DroverConsolePane *self)
{
  DroverTerminal *terminal = get_terminal (self);

  gtk_widget_grab_focus (terminal != NULL ? GTK_WIDGET (terminal)
                                          : adw_view_stack_get_visible_child (self->consoles));
}

/* --- SSH -------------------------------------------------------------------------------------- */

static void
ssh_exited_cb (VteTerminal *terminal, int status, DroverConsolePane *self)
{
  GtkWidget *view = gtk_widget_get_ancestor (GTK_WIDGET (terminal), DROVER_TYPE_TERMINAL_VIEW);

  g_assert (DROVER_IS_CONSOLE_PANE (self));

  /* What ssh said last explains why it ended; after a good end there is nothing to explain. */
  if (status == 0 && view != NULL && gtk_widget_get_parent (view) == GTK_WIDGET (self->consoles))
    adw_view_stack_remove (self->consoles, view);
}

static void
ssh_spawned_cb (VteTerminal *terminal, GPid pid, GError *error, gpointer user_data)
{
  if (error != NULL && terminal != NULL)
    vte_terminal_feed (terminal, error->message, -1);
}

/**
 * drover_console_pane_connect_ssh:
 * @error: set when nothing is known to lead into the guest
 *
 * Opens a shell in the guest, beside its consoles.
 *
 * Returns: whether it is tried
 */
gboolean
drover_console_pane_connect_ssh (DroverConsolePane *self, GError **error)
{
  g_auto (GStrv) argv = NULL;
  DroverTerminal *terminal;
  GtkWidget *old;

  g_return_val_if_fail (DROVER_IS_CONSOLE_PANE (self), FALSE);

  argv = drover_machine_dup_ssh_argv (drover_run_get_machine (self->run), error);
  if (argv == NULL)
    return FALSE;

  old = adw_view_stack_get_child_by_name (self->consoles, "ssh");
  if (old != NULL)
    adw_view_stack_remove (self->consoles, old);
  terminal = new_terminal (self, "ssh", _("SSH"));
  g_signal_connect_object (terminal, "child-exited", G_CALLBACK (ssh_exited_cb), self,
                           G_CONNECT_DEFAULT);
  vte_terminal_spawn_async (VTE_TERMINAL (terminal), VTE_PTY_DEFAULT, NULL, argv, NULL,
                            G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, -1, NULL, ssh_spawned_cb, NULL);
  adw_view_stack_set_visible_child_name (self->consoles, "ssh");
  return TRUE;
}

/* --- the widget ------------------------------------------------------------------------------- */

static void
drover_console_pane_dispose (GObject *object)
{
  DroverConsolePane *self = DROVER_CONSOLE_PANE (object);

  gtk_widget_dispose_template (GTK_WIDGET (object), DROVER_TYPE_CONSOLE_PANE);
  self->consoles = NULL;
  g_clear_object (&self->run);

  G_OBJECT_CLASS (drover_console_pane_parent_class)->dispose (object);
}

static void
install_actions (GtkWidgetClass *widget_class)
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
}

static void
drover_console_pane_class_init (DroverConsolePaneClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = drover_console_pane_dispose;
  install_actions (widget_class);

  gtk_widget_class_set_template_from_resource (widget_class,
                                               RESOURCE_PATH "/console/drover-console-pane.ui");
  gtk_widget_class_bind_template_child (widget_class, DroverConsolePane, switcher);
  gtk_widget_class_bind_template_child (widget_class, DroverConsolePane, find_button);
  gtk_widget_class_bind_template_child (widget_class, DroverConsolePane, search_bar);
  gtk_widget_class_bind_template_child (widget_class, DroverConsolePane, search_entry);
  gtk_widget_class_bind_template_child (widget_class, DroverConsolePane, case_button);
  gtk_widget_class_bind_template_child (widget_class, DroverConsolePane, banner);
  gtk_widget_class_bind_template_child (widget_class, DroverConsolePane, consoles);
  gtk_widget_class_bind_template_callback (widget_class, search_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, search_mode_cb);
  gtk_widget_class_bind_template_callback (widget_class, find_next_cb);
  gtk_widget_class_bind_template_callback (widget_class, find_previous_cb);
  gtk_widget_class_bind_template_callback (widget_class, visible_changed_cb);
}

/* With Shift, as everywhere in Drover: what is typed without it belongs to the guest. They are
 * seen on their way to the terminal, which would take some for its own. */
static void
add_shortcuts (DroverConsolePane *self)
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

static void
drover_console_pane_init (DroverConsolePane *self)
{
  g_autoptr (GSettings) settings = g_settings_new ("io.github.drover_vm.Drover");
  g_autoptr (GAction) lines = g_settings_create_action (settings, DROVER_SCROLLBACK_KEY);
  g_autoptr (GSimpleActionGroup) group = g_simple_action_group_new ();

  g_action_map_add_action (G_ACTION_MAP (group), lines);
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_widget_insert_action_group (GTK_WIDGET (self), "console-settings", G_ACTION_GROUP (group));
  gtk_search_bar_connect_entry (self->search_bar, GTK_EDITABLE (self->search_entry));
  add_shortcuts (self);
}

/**
 * drover_console_pane_set_run:
 * @run: the machine whose consoles are shown; set once
 *
 * Shows the consoles that it has now, and will have.
 */
void
drover_console_pane_set_run (DroverConsolePane *self, DroverRun *run)
{
  GListModel *consoles;

  g_return_if_fail (DROVER_IS_CONSOLE_PANE (self));
  g_return_if_fail (self->run == NULL);

  self->run = g_object_ref (run);
  consoles = drover_run_get_consoles (run);
  g_signal_connect_object (consoles, "items-changed", G_CALLBACK (consoles_changed_cb), self,
                           G_CONNECT_DEFAULT);
  consoles_changed_cb (consoles, 0, 0, g_list_model_get_n_items (consoles), self);
}
