/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "drover-console-pane-private.h"
#include "drover-dex.h"
#include "drover-install.h"
#include "drover-run-console.h"
#include "drover-terminal-view.h"

G_DEFINE_FINAL_TYPE (DroverConsolePane, drover_console_pane, ADW_TYPE_BIN)

static const char *const monitor_names[] = { "hmp", "qmp" };

/* --- what is shown ---------------------------------------------------------------------------- */

static void
update_banner (DroverConsolePane *self)
{
  DroverConsole *console = _drover_console_pane_get_console (self);
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
update_actions (DroverConsolePane *self)
{
  _drover_console_pane_update_actions (self);
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

/* --- terminals -------------------------------------------------------------------------------- */

static void
ctrl_c_typed_cb (DroverTerminal *terminal, DroverConsolePane *self)
{
  g_assert (DROVER_IS_CONSOLE_PANE (self));

  drover_dex_forget (drover_run_force_off (self->run));
  _drover_console_pane_toast (self, _("Ctrl-C ended QEMU, as it does in a shell for these "
                                      "arguments. With mon:stdio it reaches the guest."));
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

  if (_drover_console_pane_get_terminal (self) != NULL && gtk_widget_get_mapped (GTK_WIDGET (self)))
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
  DroverTerminal *terminal = _drover_console_pane_get_terminal (self);

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
drover_console_pane_class_init (DroverConsolePaneClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = drover_console_pane_dispose;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               RESOURCE_PATH "/console/drover-console-pane.ui");
  gtk_widget_class_bind_template_child (widget_class, DroverConsolePane, switcher);
  gtk_widget_class_bind_template_child (widget_class, DroverConsolePane, find_button);
  gtk_widget_class_bind_template_child (widget_class, DroverConsolePane, search_bar);
  gtk_widget_class_bind_template_child (widget_class, DroverConsolePane, search_entry);
  gtk_widget_class_bind_template_child (widget_class, DroverConsolePane, case_button);
  gtk_widget_class_bind_template_child (widget_class, DroverConsolePane, banner);
  gtk_widget_class_bind_template_child (widget_class, DroverConsolePane, consoles);
  gtk_widget_class_bind_template_callback (widget_class, visible_changed_cb);
  _drover_console_pane_install_actions (widget_class);
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
  _drover_console_pane_add_shortcuts (self);
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
