/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>
#include <string.h>

#include "drover-flags-dialog.h"
#include "drover-value-editor.h"

/* All flags of a setting, one by one: left to QEMU, on, or off. There are hundreds, so they are
 * searched, and the rows are made anew only for those in sight. */
struct _DroverFlagsDialog
{
  AdwDialog parent_instance;

  char *list; /* empty for none */
  GtkStringList *names;
  GtkCustomFilter *filter;
  GtkFilterListModel *filtered;
  GtkEditable *search;
  GtkStack *stack;
};

G_DEFINE_FINAL_TYPE (DroverFlagsDialog, drover_flags_dialog, ADW_TYPE_DIALOG)

enum
{
  EDITED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static const char *const states[] = { "default", "on", "off" };

/* The place of the flag's state among @states; after them where it has another value, as in
 * phys-bits=40. */
static guint
get_state (const char *list, const char *name)
{
  g_autofree char *value = drover_flags_dup (list, name);
  gboolean on;

  if (value == NULL)
    return 0;
  if (!drover_switch_parse (value, &on))
    return G_N_ELEMENTS (states);

  return on ? 1 : 2;
}

/* Rows */

static void
active_cb (AdwToggleGroup *group, GParamSpec *pspec, GtkListItem *item)
{
  DroverFlagsDialog *self = g_object_get_data (G_OBJECT (group), "dialog");
  GtkStringObject *name = gtk_list_item_get_item (item);
  guint active = adw_toggle_group_get_active (group);
  g_autofree char *list = NULL;

  if (name == NULL || active >= G_N_ELEMENTS (states) ||
      get_state (self->list, gtk_string_object_get_string (name)) == active)
    return;

  list = drover_flags_set (self->list, gtk_string_object_get_string (name),
                           active > 0 ? states[active] : NULL);
  g_set_str (&self->list, list);
  g_signal_emit (self, signals[EDITED], 0, *list != '\0' ? list : NULL);
}

static GtkWidget *
new_toggles (void)
{
  GtkWidget *group = adw_toggle_group_new ();
  const char *const labels[] = { _("Default"), _("On"), _("Off") };

  for (guint i = 0; i < G_N_ELEMENTS (states); i++)
    {
      AdwToggle *toggle = adw_toggle_new ();

      adw_toggle_set_name (toggle, states[i]);
      adw_toggle_set_label (toggle, labels[i]);
      adw_toggle_group_add (ADW_TOGGLE_GROUP (group), toggle);
    }
  gtk_widget_set_valign (group, GTK_ALIGN_CENTER);
  return group;
}

static void
setup_cb (GtkSignalListItemFactory *factory, GtkListItem *item, DroverFlagsDialog *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *label = gtk_label_new (NULL);
  GtkWidget *group = new_toggles ();

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_MIDDLE);
  gtk_widget_set_hexpand (label, TRUE);
  gtk_widget_set_margin_start (box, 6);
  gtk_widget_set_margin_end (box, 6);
  gtk_box_append (GTK_BOX (box), label);
  gtk_box_append (GTK_BOX (box), group);
  g_object_set_data (G_OBJECT (group), "dialog", self);
  gtk_list_item_set_activatable (item, FALSE);
  gtk_list_item_set_selectable (item, FALSE);
  gtk_list_item_set_focusable (item, FALSE);
  gtk_list_item_set_child (item, box);
}

static void
bind_cb (GtkSignalListItemFactory *factory, GtkListItem *item, DroverFlagsDialog *self)
{
  const char *name = gtk_string_object_get_string (gtk_list_item_get_item (item));
  GtkWidget *label = gtk_widget_get_first_child (gtk_list_item_get_child (item));
  GtkWidget *group = gtk_widget_get_next_sibling (label);
  guint state = get_state (self->list, name);

  gtk_label_set_label (GTK_LABEL (label), name);
  gtk_widget_set_tooltip_text (label, name);
  drover_value_editor_name (group, name);
  gtk_widget_set_sensitive (group, state < G_N_ELEMENTS (states));
  adw_toggle_group_set_active (ADW_TOGGLE_GROUP (group), state < G_N_ELEMENTS (states) ? state : 1);
  g_signal_connect (group, "notify::active", G_CALLBACK (active_cb), item);
}

static void
unbind_cb (GtkSignalListItemFactory *factory, GtkListItem *item, DroverFlagsDialog *self)
{
  GtkWidget *group = gtk_widget_get_last_child (gtk_list_item_get_child (item));

  g_signal_handlers_disconnect_by_func (group, active_cb, item);
}

/* Searching */

static gboolean
matches (gpointer item, gpointer user_data)
{
  DroverFlagsDialog *self = user_data;
  g_autofree char *needle = g_ascii_strdown (gtk_editable_get_text (self->search), -1);

  return strstr (gtk_string_object_get_string (item), needle) != NULL;
}

static void
search_cb (DroverFlagsDialog *self)
{
  gtk_filter_changed (GTK_FILTER (self->filter), GTK_FILTER_CHANGE_DIFFERENT);
  gtk_stack_set_visible_child_name (
    self->stack,
    g_list_model_get_n_items (G_LIST_MODEL (self->filtered)) > 0 ? "flags" : "empty");
}

/* Filling */

static void
add_name (DroverFlagsDialog *self, GHashTable *seen, const char *name)
{
  if (*name != '\0' && g_hash_table_add (seen, g_strdup (name)))
    gtk_string_list_append (self->names, name);
}

/* What is said already comes first, then all that this QEMU knows. */
static void
fill (DroverFlagsDialog *self, DroverConfig *config, const DroverSetting *setting)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_auto (GStrv) items = g_strsplit (self->list, ",", -1);
  DroverCatalogue *catalogue = drover_config_get_catalogue (config);
  g_autoptr (GArray) suggestions = NULL;

  for (guint i = 0; items[i] != NULL; i++)
    {
      const char *word = items[i] + (*items[i] == '+' || *items[i] == '-');
      g_autofree char *name = g_strndup (word, strcspn (word, "="));

      add_name (self, seen, name);
    }
  if (catalogue != NULL && setting->suggest != NULL)
    suggestions = drover_catalogue_suggest (catalogue, setting->suggest);
  for (guint i = 0; suggestions != NULL && i < suggestions->len; i++)
    add_name (self, seen, g_array_index (suggestions, DroverSuggestion, i).value);
  for (guint i = 0; setting->choices != NULL && setting->choices[i] != NULL; i++)
    add_name (self, seen, setting->choices[i]);
  search_cb (self);
}

static void
drover_flags_dialog_finalize (GObject *object)
{
  DroverFlagsDialog *self = DROVER_FLAGS_DIALOG (object);

  g_clear_pointer (&self->list, g_free);
  g_clear_object (&self->filtered);

  G_OBJECT_CLASS (drover_flags_dialog_parent_class)->finalize (object);
}

static void
drover_flags_dialog_class_init (DroverFlagsDialogClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = drover_flags_dialog_finalize;

  /**
   * DroverFlagsDialog::edited:
   * @list: (nullable): the list of flags as it is to be
   */
  signals[EDITED] = g_signal_new ("edited", DROVER_TYPE_FLAGS_DIALOG, G_SIGNAL_RUN_LAST, 0, NULL,
                                  NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static GtkWidget *
new_view (DroverFlagsDialog *self)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  GtkWidget *scrolled = gtk_scrolled_window_new ();
  GtkSelectionModel *model = GTK_SELECTION_MODEL (
    gtk_no_selection_new (G_LIST_MODEL (g_object_ref (self->filtered))));

  g_signal_connect (factory, "setup", G_CALLBACK (setup_cb), self);
  g_signal_connect (factory, "bind", G_CALLBACK (bind_cb), self);
  g_signal_connect (factory, "unbind", G_CALLBACK (unbind_cb), self);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled),
                                 gtk_list_view_new (model, factory));
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  return scrolled;
}

static GtkWidget *
new_empty (void)
{
  GtkWidget *page = adw_status_page_new ();

  adw_status_page_set_icon_name (ADW_STATUS_PAGE (page), "edit-find-symbolic");
  adw_status_page_set_title (ADW_STATUS_PAGE (page), _("No Flags Found"));
  return page;
}

static void
drover_flags_dialog_init (DroverFlagsDialog *self)
{
  GtkWidget *toolbar = adw_toolbar_view_new ();
  GtkWidget *search = gtk_search_entry_new ();
  GtkWidget *stack = gtk_stack_new ();

  self->search = GTK_EDITABLE (search);
  self->stack = GTK_STACK (stack);
  self->names = gtk_string_list_new (NULL);
  self->filter = gtk_custom_filter_new (matches, self, NULL);
  self->filtered =
    gtk_filter_list_model_new (G_LIST_MODEL (self->names), GTK_FILTER (self->filter));
  gtk_widget_set_margin_start (search, 12);
  gtk_widget_set_margin_end (search, 12);
  gtk_widget_set_margin_bottom (search, 6);
  gtk_search_entry_set_search_delay (GTK_SEARCH_ENTRY (search), 0);
  drover_value_editor_name (search, _("Search Flags"));
  gtk_search_entry_set_placeholder_text (GTK_SEARCH_ENTRY (search), _("Search Flags"));
  g_signal_connect_swapped (search, "search-changed", G_CALLBACK (search_cb), self);
  gtk_stack_add_named (self->stack, new_view (self), "flags");
  gtk_stack_add_named (self->stack, new_empty (), "empty");
  adw_toolbar_view_add_top_bar (ADW_TOOLBAR_VIEW (toolbar), adw_header_bar_new ());
  adw_toolbar_view_add_top_bar (ADW_TOOLBAR_VIEW (toolbar), search);
  adw_toolbar_view_set_content (ADW_TOOLBAR_VIEW (toolbar), stack);
  adw_dialog_set_child (ADW_DIALOG (self), toolbar);
  adw_dialog_set_content_width (ADW_DIALOG (self), 460);
  adw_dialog_set_content_height (ADW_DIALOG (self), 600);
  adw_dialog_set_focus (ADW_DIALOG (self), search);
}

/**
 * drover_flags_dialog_new:
 * @config: whose catalogue is asked for flags
 * @setting: whose flags they are
 * @list: (nullable): the flags as they are
 *
 * Returns: (transfer floating): a dialog that shows them one by one
 */
AdwDialog *
drover_flags_dialog_new (DroverConfig *config, const DroverSetting *setting, const char *list)
{
  DroverFlagsDialog *self = g_object_new (DROVER_TYPE_FLAGS_DIALOG, NULL);

  adw_dialog_set_title (ADW_DIALOG (self), _(setting->title));
  self->list = g_strdup (list != NULL ? list : "");
  fill (self, config, setting);
  return ADW_DIALOG (self);
}
