/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "drover-changes-dialog.h"
#include "drover-check-bar.h"
#include "drover-command-view.h"
#include "drover-configuration-view.h"
#include "drover-lazy.h"
#include "drover-section-row.h"
#include "drover-setting-row.h"

/* A machine's configuration: the list of sections, the page of the chosen one, and below them the
 * command line that they all make. */
struct _DroverConfigurationView
{
  AdwBreakpointBin parent_instance;

  DroverRun *run;
  DroverConfig *config;

  GtkPaned *paned;
  GtkWidget *pages_box;
  AdwBanner *banner;
  AdwNavigationSplitView *split;
  GtkListBox *list;
  AdwNavigationPage *content;
  GtkStack *pages;
  GtkToggleButton *command_toggle;
  AdwBin *command_slot;
  AdwBin *check_slot;
  AdwBin *words_slot;
};

G_DEFINE_FINAL_TYPE (DroverConfigurationView, drover_configuration_view, ADW_TYPE_BREAKPOINT_BIN)

/* Sections */

static DroverSectionRow *
find_row (DroverConfigurationView *self, const char *page)
{
  GtkListBoxRow *row;

  for (int i = 0; (row = gtk_list_box_get_row_at_index (self->list, i)) != NULL; i++)
    if (g_str_equal (drover_section_row_get_section (DROVER_SECTION_ROW (row))->page, page))
      return DROVER_SECTION_ROW (row);

  return NULL;
}

/* A page is made when it is looked at for the first time. */
static GtkWidget *
ensure_page (DroverConfigurationView *self, const DroverSection *section)
{
  GtkWidget *page = gtk_stack_get_child_by_name (self->pages, section->page);

  if (page == NULL)
    {
      page = section->create (self->config, self->run);
      gtk_stack_add_named (self->pages, page, section->page);
    }

  return page;
}

static GtkWidget *
show_section (DroverConfigurationView *self, DroverSectionRow *row)
{
  const DroverSection *section = drover_section_row_get_section (row);
  GtkWidget *page = ensure_page (self, section);

  drover_config_look (self->config);
  gtk_list_box_select_row (self->list, GTK_LIST_BOX_ROW (row));
  gtk_stack_set_visible_child (self->pages, page);
  adw_navigation_page_set_title (self->content, _(section->title));
  return page;
}

static void
row_activated_cb (DroverConfigurationView *self, GtkListBoxRow *row)
{
  show_section (self, DROVER_SECTION_ROW (row));
  adw_navigation_split_view_set_show_content (self->split, TRUE);
}

/* Finding a token's row */

static GtkWidget *
find_setting_row (GtkWidget *root, const DroverSetting *setting, int argument, gsize start,
                  gsize end)
{
  if (DROVER_IS_SETTING_ROW (root))
    return drover_setting_row_get_setting (DROVER_SETTING_ROW (root)) == setting &&
               drover_setting_row_is_at (DROVER_SETTING_ROW (root), argument, start, end)
             ? root
             : NULL;

  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_setting_row (child, setting, argument, start, end);

      if (found != NULL)
        return found;
    }

  return NULL;
}

static void
open_expanders (GtkWidget *widget)
{
  for (GtkWidget *at = gtk_widget_get_parent (widget); at != NULL; at = gtk_widget_get_parent (at))
    if (ADW_IS_EXPANDER_ROW (at))
      adw_expander_row_set_expanded (ADW_EXPANDER_ROW (at), TRUE);
}

typedef struct
{
  GtkWidget *widget;
} Scroll;

static void
scroll_free (gpointer data)
{
  Scroll *scroll = data;

  g_clear_weak_pointer (&scroll->widget);
  g_free (scroll);
}

/* A page that has just been made has no places yet. */
static gboolean
scroll_cb (GtkWidget *view, GdkFrameClock *clock, gpointer user_data)
{
  Scroll *scroll = user_data;
  GtkWidget *viewport =
    scroll->widget != NULL ? gtk_widget_get_ancestor (scroll->widget, GTK_TYPE_VIEWPORT) : NULL;

  if (viewport != NULL && gtk_widget_get_height (scroll->widget) == 0)
    return G_SOURCE_CONTINUE;
  if (viewport != NULL)
    gtk_viewport_scroll_to (GTK_VIEWPORT (viewport), scroll->widget, NULL);
  return G_SOURCE_REMOVE;
}

static void
scroll_to (DroverConfigurationView *self, GtkWidget *row)
{
  Scroll *scroll = g_new0 (Scroll, 1);

  open_expanders (row);
  g_set_weak_pointer (&scroll->widget, row);
  gtk_widget_add_tick_callback (GTK_WIDGET (self), scroll_cb, scroll, scroll_free);
}

/* Who chose a row has it before the eyes; it is for a choice on the command line that the row is
 * looked for. */
static void
selection_changed_cb (DroverConfigurationView *self)
{
  GtkWidget *focus = GTK_IS_WINDOW (gtk_widget_get_root (GTK_WIDGET (self)))
                       ? gtk_root_get_focus (gtk_widget_get_root (GTK_WIDGET (self)))
                       : NULL;
  g_autoptr (DroverLocation) location = NULL;
  DroverSectionRow *section;
  GtkWidget *page, *row;
  int argument;
  gsize start, end;

  drover_config_get_selection (self->config, &argument, &start, &end);
  if (argument < 0 || (focus != NULL && gtk_widget_is_ancestor (focus, GTK_WIDGET (self->pages))))
    return;

  location = drover_location_find (drover_config_get_arguments (self->config), argument, start);
  section = location != NULL ? find_row (self, location->page) : NULL;
  if (section == NULL)
    return;

  page = show_section (self, section);
  drover_lazy_finish (page);
  row = location->setting != NULL
          ? find_setting_row (page, location->setting, argument, start, end)
          : NULL;
  if (row != NULL)
    scroll_to (self, row);
}

/* What the check has found */

static void
mark_problem (DroverConfigurationView *self, const DroverCheckProblem *problem)
{
  g_autoptr (DroverLocation) location =
    problem->argument >= 0 ? drover_location_find (drover_config_get_arguments (self->config),
                                                   problem->argument, problem->start)
                           : NULL;
  DroverSectionRow *row = location != NULL ? find_row (self, location->page) : NULL;

  if (row != NULL)
    drover_section_row_set_problem (row, problem->message, problem->fatal);
}

static void
update_problems (DroverConfigurationView *self)
{
  DroverCheck *check = drover_config_get_check (self->config);
  GtkListBoxRow *row;

  for (int i = 0; (row = gtk_list_box_get_row_at_index (self->list, i)) != NULL; i++)
    drover_section_row_set_problem (DROVER_SECTION_ROW (row), NULL, FALSE);

  /* The fatal one comes first, so it has the last word. */
  for (guint i = check != NULL ? check->problems->len : 0; i > 0; i--)
    mark_problem (self, check->problems->pdata[i - 1]);
}

/* Running */

static void
update_banner (DroverConfigurationView *self)
{
  DroverEditor *editor = drover_config_get_editor (self->config);
  DroverHotPlan *plan = drover_hot_get_plan (drover_config_get_hot (self->config));
  g_autofree char *title = drover_changes_dup_summary (drover_config_get_hot (self->config));

  /* A guest that an older Drover started: only that something differs is known. */
  if (plan == NULL && drover_run_differs (self->run, drover_editor_get_document (editor)))
    g_set_str (&title, _("The machine is running: changes are saved for its next start."));

  /* What it said last stays while it goes. */
  if (title != NULL)
    {
      adw_banner_set_title (self->banner, title);
      adw_banner_set_button_label (self->banner, plan != NULL ? _("_Show…") : NULL);
    }
  adw_banner_set_revealed (self->banner, title != NULL);
}

static void
show_changes_cb (DroverConfigurationView *self)
{
  drover_changes_dialog_present (GTK_WIDGET (self), self->config);
}

/* Undo */

static void
update_actions (DroverConfigurationView *self)
{
  DroverEditor *editor = drover_config_get_editor (self->config);

  gtk_widget_action_set_enabled (GTK_WIDGET (self), "configuration.undo",
                                 drover_editor_get_undo_label (editor) != NULL);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "configuration.redo",
                                 drover_editor_get_redo_label (editor) != NULL);
}

static void
toast (DroverConfigurationView *self, const char *message)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "win.toast", "s", message);
}

static void
undo_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  DroverConfigurationView *self = DROVER_CONFIGURATION_VIEW (widget);
  DroverEditor *editor = drover_config_get_editor (self->config);
  g_autofree char *message =
    g_strdup_printf (_("Undone: %s"), drover_editor_get_undo_label (editor));
  g_autoptr (GError) error = NULL;

  if (drover_editor_undo (editor, &error))
    toast (self, message);
  else if (error != NULL)
    toast (self, error->message);
}

static void
redo_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  DroverConfigurationView *self = DROVER_CONFIGURATION_VIEW (widget);
  DroverEditor *editor = drover_config_get_editor (self->config);
  g_autofree char *message =
    g_strdup_printf (_("Done again: %s"), drover_editor_get_redo_label (editor));
  g_autoptr (GError) error = NULL;

  if (drover_editor_redo (editor, &error))
    toast (self, message);
  else if (error != NULL)
    toast (self, error->message);
}

static void
changed_cb (DroverConfigurationView *self)
{
  update_actions (self);
  update_banner (self);
}

static void
failed_cb (DroverConfigurationView *self, const char *message)
{
  toast (self, message);
}

/* The command line */

/* Where it is narrow there is room for the pages or for the command line, not for both. */
static void
update_layout (DroverConfigurationView *self)
{
  gboolean command = gtk_toggle_button_get_active (self->command_toggle);
  gboolean narrow = adw_navigation_split_view_get_collapsed (self->split);
  GtkWidget *check = adw_bin_get_child (self->check_slot);

  gtk_widget_set_visible (self->pages_box, !command || !narrow);
  if (check != NULL)
    drover_check_bar_set_narrow (DROVER_CHECK_BAR (check), narrow);
  g_object_set (self->paned, "position-set", FALSE, NULL);
}

static void
command_toggled_cb (DroverConfigurationView *self)
{
  update_layout (self);
}

static void
edit_text_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  DroverConfigurationView *self = DROVER_CONFIGURATION_VIEW (widget);

  gtk_toggle_button_set_active (self->command_toggle, TRUE);
  gtk_widget_child_focus (GTK_WIDGET (self->command_slot), GTK_DIR_TAB_FORWARD);
}

/* The view itself */

static void
drover_configuration_view_dispose (GObject *object)
{
  DroverConfigurationView *self = DROVER_CONFIGURATION_VIEW (object);

  /* libadwaita 1.7 takes its child away once more after the template has. */
  adw_breakpoint_bin_set_child (ADW_BREAKPOINT_BIN (self), NULL);
  gtk_widget_dispose_template (GTK_WIDGET (object), DROVER_TYPE_CONFIGURATION_VIEW);
  g_clear_object (&self->run);
  g_clear_object (&self->config);

  G_OBJECT_CLASS (drover_configuration_view_parent_class)->dispose (object);
}

static void
drover_configuration_view_class_init (DroverConfigurationViewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = drover_configuration_view_dispose;

  gtk_widget_class_set_template_from_resource (
    widget_class, RESOURCE_PATH "/configuration/drover-configuration-view.ui");
  gtk_widget_class_bind_template_child (widget_class, DroverConfigurationView, paned);
  gtk_widget_class_bind_template_child (widget_class, DroverConfigurationView, pages_box);
  gtk_widget_class_bind_template_child (widget_class, DroverConfigurationView, banner);
  gtk_widget_class_bind_template_child (widget_class, DroverConfigurationView, split);
  gtk_widget_class_bind_template_child (widget_class, DroverConfigurationView, list);
  gtk_widget_class_bind_template_child (widget_class, DroverConfigurationView, content);
  gtk_widget_class_bind_template_child (widget_class, DroverConfigurationView, pages);
  gtk_widget_class_bind_template_child (widget_class, DroverConfigurationView, command_toggle);
  gtk_widget_class_bind_template_child (widget_class, DroverConfigurationView, command_slot);
  gtk_widget_class_bind_template_child (widget_class, DroverConfigurationView, check_slot);
  gtk_widget_class_bind_template_child (widget_class, DroverConfigurationView, words_slot);
  gtk_widget_class_bind_template_callback (widget_class, row_activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, command_toggled_cb);
  gtk_widget_class_bind_template_callback (widget_class, show_changes_cb);
  gtk_widget_class_bind_template_callback (widget_class, update_layout);

  gtk_widget_class_install_action (widget_class, "configuration.undo", NULL, undo_action);
  gtk_widget_class_install_action (widget_class, "configuration.redo", NULL, redo_action);
  gtk_widget_class_install_action (widget_class, "configuration.edit-text", NULL,
                                   edit_text_action);
}

static void
drover_configuration_view_init (DroverConfigurationView *self)
{
  const DroverSection *sections;
  guint n_sections;

  gtk_widget_init_template (GTK_WIDGET (self));
  sections = drover_sections_list (&n_sections);
  for (guint i = 0; i < n_sections; i++)
    gtk_list_box_append (self->list, drover_section_row_new (&sections[i]));
}

static void
connect_config (DroverConfigurationView *self)
{
  DroverEditor *editor = drover_config_get_editor (self->config);

  g_signal_connect_object (self->config, "changed", G_CALLBACK (changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->config, "failed", G_CALLBACK (failed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->config, "selection-changed", G_CALLBACK (selection_changed_cb),
                           self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->config, "notify::check", G_CALLBACK (update_problems), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->config, "hot-changed", G_CALLBACK (update_banner), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (editor, "notify::undo-label", G_CALLBACK (update_actions), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (editor, "notify::redo-label", G_CALLBACK (update_actions), self,
                           G_CONNECT_SWAPPED);
}

static void
add_command_view (DroverConfigurationView *self)
{
  GtkWidget *command = drover_command_view_new (self->config);

  drover_command_view_set_run (DROVER_COMMAND_VIEW (command), self->run);
  adw_bin_set_child (self->command_slot, command);
}

static void
add_check_bar (DroverConfigurationView *self)
{
  DroverCheckBar *bar = drover_check_bar_new (self->config);

  adw_bin_set_child (self->check_slot, GTK_WIDGET (bar));
  adw_bin_set_child (self->words_slot, drover_check_bar_get_words (bar));
  update_layout (self);
}

/**
 * drover_configuration_view_new:
 * @run: the run of the machine
 *
 * Returns: (transfer floating): the configuration of that machine
 */
DroverConfigurationView *
drover_configuration_view_new (DroverRun *run)
{
  DroverConfigurationView *self = g_object_new (DROVER_TYPE_CONFIGURATION_VIEW, NULL);

  self->run = g_object_ref (run);
  self->config =
    drover_config_new (drover_editor_get_for_machine (drover_run_get_machine (run)));
  drover_config_set_run (self->config, run);
  connect_config (self);
  add_command_view (self);
  g_signal_connect_object (run, "notify::state", G_CALLBACK (update_banner), self,
                           G_CONNECT_SWAPPED);
  add_check_bar (self);
  update_banner (self);
  update_actions (self);
  drover_configuration_view_show_section (self, "overview");
  return self;
}

/**
 * drover_configuration_view_get_config:
 *
 * Returns: (transfer none): what the views of this configuration share
 */
DroverConfig *
drover_configuration_view_get_config (DroverConfigurationView *self)
{
  g_return_val_if_fail (DROVER_IS_CONFIGURATION_VIEW (self), NULL);
  return self->config;
}

/**
 * drover_configuration_view_show_section:
 * @page: the name of a section
 *
 * Opens a section.
 */
void
drover_configuration_view_show_section (DroverConfigurationView *self, const char *page)
{
  DroverSectionRow *row;

  g_return_if_fail (DROVER_IS_CONFIGURATION_VIEW (self));

  row = find_row (self, page);
  g_return_if_fail (row != NULL);
  show_section (self, row);
}

/**
 * drover_configuration_view_check:
 *
 * Starts a dry run, whose result the view shows.
 */
void
drover_configuration_view_check (DroverConfigurationView *self)
{
  g_return_if_fail (DROVER_IS_CONFIGURATION_VIEW (self));

  drover_check_bar_check (DROVER_CHECK_BAR (adw_bin_get_child (self->check_slot)));
}
