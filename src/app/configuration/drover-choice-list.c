/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>
#include <string.h>

#include "drover-choice-list.h"

/* The values that a setting may have, with a search that also takes a value of one's own. */

#define DROVER_TYPE_CHOICE (drover_choice_get_type ())
G_DECLARE_FINAL_TYPE (DroverChoice, drover_choice, DROVER, CHOICE, GObject)

struct _DroverChoice
{
  GObject parent_instance;

  char *value; /* NULL for QEMU's default */
  char *title;
  char *words; /* what the search looks in */
};

G_DEFINE_FINAL_TYPE (DroverChoice, drover_choice, G_TYPE_OBJECT)

static void
drover_choice_finalize (GObject *object)
{
  DroverChoice *self = DROVER_CHOICE (object);

  g_clear_pointer (&self->value, g_free);
  g_clear_pointer (&self->title, g_free);
  g_clear_pointer (&self->words, g_free);

  G_OBJECT_CLASS (drover_choice_parent_class)->finalize (object);
}

static void
drover_choice_class_init (DroverChoiceClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = drover_choice_finalize;
}

static void
drover_choice_init (DroverChoice *self)
{
}

struct _DroverChoiceList
{
  GtkBox parent_instance;

  GListStore *choices;
  GtkCustomFilter *filter;
  GtkFilterListModel *filtered;
  GtkSearchEntry *search;
  GtkListView *view;
  GtkWidget *other;
  char *current;
  char *needle; /* folded */
};

G_DEFINE_FINAL_TYPE (DroverChoiceList, drover_choice_list, GTK_TYPE_BOX)

enum
{
  CHOSEN,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

/* Filling it */

static gboolean
has_value (DroverChoiceList *self, const char *value)
{
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->choices)); i++)
    {
      g_autoptr (DroverChoice) choice = g_list_model_get_item (G_LIST_MODEL (self->choices), i);

      if (g_strcmp0 (choice->value, value) == 0)
        return TRUE;
    }

  return FALSE;
}

static void
add (DroverChoiceList *self, const char *value, const char *title)
{
  g_autoptr (DroverChoice) choice = NULL;
  g_autofree char *words = NULL;

  choice = g_object_new (DROVER_TYPE_CHOICE, NULL);
  choice->value = g_strdup (value);
  choice->title = g_strdup (title);
  words = g_strdup_printf ("%s %s", value != NULL ? value : "", title != NULL ? title : "");
  choice->words = g_utf8_casefold (words, -1);
  g_list_store_append (self->choices, choice);
}

static GArray *
suggest (DroverConfig *config, const DroverSetting *setting)
{
  DroverCatalogue *catalogue = drover_config_get_catalogue (config);

  return setting->suggest != NULL && catalogue != NULL
           ? drover_catalogue_suggest (catalogue, setting->suggest)
           : NULL;
}

static void
add_suggestion (DroverChoiceList *self, const DroverSuggestion *suggestion)
{
  g_autofree char *title = NULL;

  if (!suggestion->deprecated)
    title = g_strdup (suggestion->title);
  else if (suggestion->title != NULL)
    title = g_strdup_printf (_("%s (deprecated)"), suggestion->title);
  else
    title = g_strdup (_("Deprecated"));
  add (self, suggestion->value, title);
}

static void
fill (DroverChoiceList *self, DroverConfig *config, const DroverSetting *setting)
{
  g_autoptr (GArray) suggestions = suggest (config, setting);

  /* What stands nowhere in the arguments, as the program, has no default of QEMU's. */
  if (setting->places[0].option != NULL)
    add (self, NULL, _("Default"));
  for (guint i = 0; suggestions != NULL && i < suggestions->len; i++)
    add_suggestion (self, &g_array_index (suggestions, DroverSuggestion, i));
  for (guint i = 0; setting->choices != NULL && setting->choices[i] != NULL; i++)
    if (!has_value (self, setting->choices[i]))
      add (self, setting->choices[i], NULL);
  if (self->current != NULL && !has_value (self, self->current))
    add (self, self->current,
         drover_choices_lack (config, setting, self->current) ? _("Not in this QEMU") : NULL);
}

/* Searching */

static gboolean
matches (gpointer item, gpointer user_data)
{
  DroverChoiceList *self = user_data;

  return self->needle == NULL || strstr (DROVER_CHOICE (item)->words, self->needle) != NULL;
}

static void
update_other (DroverChoiceList *self)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->search));
  g_autofree char *label = g_strdup_printf (_("Use “%s”"), text);

  gtk_button_set_label (GTK_BUTTON (self->other), label);
  gtk_widget_set_visible (self->other, *text != '\0' && !has_value (self, text));
}

static void
search_cb (DroverChoiceList *self)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->search));

  g_free (self->needle);
  self->needle = *text != '\0' ? g_utf8_casefold (text, -1) : NULL;
  gtk_filter_changed (GTK_FILTER (self->filter), GTK_FILTER_CHANGE_DIFFERENT);
  update_other (self);
}

/* Choosing */

static void
choose (DroverChoiceList *self, const char *value)
{
  g_autofree char *kept = g_strdup (value);

  g_signal_emit (self, signals[CHOSEN], 0, kept);
}

static void
activate_cb (DroverChoiceList *self, guint position)
{
  g_autoptr (DroverChoice) choice =
    g_list_model_get_item (G_LIST_MODEL (self->filtered), position);

  choose (self, choice->value);
}

static void
other_cb (DroverChoiceList *self)
{
  choose (self, gtk_editable_get_text (GTK_EDITABLE (self->search)));
}

/* Return takes what was typed when it is a value, else the first that is found. */
static void
search_activate_cb (DroverChoiceList *self)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->search));

  if (*text == '\0')
    return;
  if (has_value (self, text) || g_list_model_get_n_items (G_LIST_MODEL (self->filtered)) == 0)
    choose (self, text);
  else
    activate_cb (self, 0);
}

/* Showing it */

static void
setup_cb (GtkSignalListItemFactory *factory, GtkListItem *item, DroverChoiceList *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *texts = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *check = gtk_image_new_from_icon_name ("object-select-symbolic");

  for (guint i = 0; i < 2; i++)
    {
      GtkWidget *label = gtk_label_new (NULL);

      gtk_label_set_xalign (GTK_LABEL (label), 0);
      gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
      gtk_label_set_max_width_chars (GTK_LABEL (label), 30);
      gtk_box_append (GTK_BOX (texts), label);
      if (i == 1)
        {
          gtk_widget_add_css_class (label, "dimmed");
          gtk_widget_add_css_class (label, "caption");
        }
    }
  gtk_widget_set_hexpand (texts, TRUE);
  gtk_widget_set_valign (texts, GTK_ALIGN_CENTER);
  gtk_box_append (GTK_BOX (box), texts);
  gtk_box_append (GTK_BOX (box), check);
  gtk_list_item_set_child (item, box);
}

static void
bind_cb (GtkSignalListItemFactory *factory, GtkListItem *item, DroverChoiceList *self)
{
  DroverChoice *choice = gtk_list_item_get_item (item);
  GtkWidget *texts = gtk_widget_get_first_child (gtk_list_item_get_child (item));
  GtkWidget *check = gtk_widget_get_next_sibling (texts);
  GtkWidget *first = gtk_widget_get_first_child (texts);
  GtkWidget *second = gtk_widget_get_next_sibling (first);
  const char *value = choice->value != NULL ? choice->value : choice->title;

  gtk_label_set_label (GTK_LABEL (first), value);
  gtk_label_set_label (GTK_LABEL (second), choice->title != NULL ? choice->title : "");
  gtk_widget_set_tooltip_text (texts, choice->title);
  gtk_widget_set_visible (second, choice->value != NULL && choice->title != NULL);
  gtk_widget_set_opacity (check, g_strcmp0 (choice->value, self->current) == 0 ? 1 : 0);
  gtk_list_item_set_accessible_label (item, value);
  gtk_list_item_set_accessible_description (item, choice->title);
}

static void
drover_choice_list_finalize (GObject *object)
{
  DroverChoiceList *self = DROVER_CHOICE_LIST (object);

  g_clear_object (&self->choices);
  g_clear_object (&self->filtered);
  g_clear_pointer (&self->current, g_free);
  g_clear_pointer (&self->needle, g_free);

  G_OBJECT_CLASS (drover_choice_list_parent_class)->finalize (object);
}

static void
drover_choice_list_class_init (DroverChoiceListClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = drover_choice_list_finalize;

  /**
   * DroverChoiceList::chosen:
   * @value: (nullable): the value; %NULL for QEMU's default
   */
  signals[CHOSEN] = g_signal_new ("chosen", DROVER_TYPE_CHOICE_LIST, G_SIGNAL_RUN_LAST, 0, NULL,
                                  NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
add_view (DroverChoiceList *self)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  GtkWidget *scrolled = gtk_scrolled_window_new ();
  GtkWidget *view;

  g_signal_connect (factory, "setup", G_CALLBACK (setup_cb), self);
  g_signal_connect (factory, "bind", G_CALLBACK (bind_cb), self);
  view = gtk_list_view_new (
    GTK_SELECTION_MODEL (gtk_no_selection_new (G_LIST_MODEL (g_object_ref (self->filtered)))),
    factory);
  self->view = GTK_LIST_VIEW (view);
  gtk_list_view_set_single_click_activate (self->view, TRUE);
  g_signal_connect_swapped (view, "activate", G_CALLBACK (activate_cb), self);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), view);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_propagate_natural_height (GTK_SCROLLED_WINDOW (scrolled), TRUE);
  gtk_scrolled_window_set_max_content_height (GTK_SCROLLED_WINDOW (scrolled), 320);
  gtk_box_append (GTK_BOX (self), scrolled);
}

static void
drover_choice_list_init (DroverChoiceList *self)
{
  GtkWidget *search = gtk_search_entry_new ();

  gtk_orientable_set_orientation (GTK_ORIENTABLE (self), GTK_ORIENTATION_VERTICAL);
  gtk_box_set_spacing (GTK_BOX (self), 6);
  gtk_widget_set_size_request (GTK_WIDGET (self), 260, -1);
  self->choices = g_list_store_new (DROVER_TYPE_CHOICE);
  self->filter = gtk_custom_filter_new (matches, self, NULL);
  self->filtered = gtk_filter_list_model_new (G_LIST_MODEL (g_object_ref (self->choices)),
                                              GTK_FILTER (self->filter));
  self->search = GTK_SEARCH_ENTRY (search);
  gtk_search_entry_set_placeholder_text (self->search, _("Search, or type another value"));
  gtk_search_entry_set_search_delay (self->search, 0);
  gtk_search_entry_set_key_capture_widget (self->search, GTK_WIDGET (self));
  gtk_accessible_update_property (GTK_ACCESSIBLE (search), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _("Search, or type another value"), -1);
  g_signal_connect_swapped (search, "search-changed", G_CALLBACK (search_cb), self);
  g_signal_connect_swapped (search, "activate", G_CALLBACK (search_activate_cb), self);
  gtk_box_append (GTK_BOX (self), search);
  self->other = gtk_button_new ();
  gtk_widget_add_css_class (self->other, "flat");
  g_signal_connect_swapped (self->other, "clicked", G_CALLBACK (other_cb), self);
  gtk_box_append (GTK_BOX (self), self->other);
  add_view (self);
}

/**
 * drover_choice_list_new:
 * @config: whose catalogue is asked
 * @setting: whose values are listed
 * @current: (nullable): its value now; listed too when nobody else knows it
 *
 * Returns: (transfer floating): the list
 */
GtkWidget *
drover_choice_list_new (DroverConfig *config, const DroverSetting *setting, const char *current)
{
  DroverChoiceList *self = g_object_new (DROVER_TYPE_CHOICE_LIST, NULL);

  self->current = g_strdup (current);
  fill (self, config, setting);
  update_other (self);
  return GTK_WIDGET (self);
}

/**
 * drover_choices_lack:
 *
 * Returns: whether the installed QEMU was asked for the values of @setting, and @value is
 *   not among them
 */
gboolean
drover_choices_lack (DroverConfig *config, const DroverSetting *setting, const char *value)
{
  g_autoptr (GArray) suggestions = suggest (config, setting);

  if (suggestions == NULL || suggestions->len == 0)
    return FALSE;

  for (guint i = 0; i < suggestions->len; i++)
    if (g_str_equal (g_array_index (suggestions, DroverSuggestion, i).value, value))
      return FALSE;

  return setting->choices == NULL || !g_strv_contains (setting->choices, value);
}
