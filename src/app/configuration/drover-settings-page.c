/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "drover-lazy.h"
#include "drover-setting-row.h"
#include "drover-settings-page.h"

/* A page with fewer settings is made at once, a longer one in pieces, as many rows first as fit
 * on a screen. */
#define SHORT_PAGE 18
#define PIECE 10

/* A page made from the table of settings: a group for each heading, a row for each setting. */
struct _DroverSettingsPage
{
  AdwPreferencesPage parent_instance;

  DroverConfig *config;
  GHashTable *groups; /* by heading, untranslated */
  GHashTable *added;  /* the settings that have a row, or get one */
  GQueue later;       /* (element-type DroverSetting): those whose row is still to come */
  GPtrArray *shelves; /* the rows that there are, by heading */
  char *machine;      /* the type of machine that the rows were last judged for */
  gpointer judged_by; /* the catalogue that they were judged by; not to be looked into */
};

G_DEFINE_FINAL_TYPE (DroverSettingsPage, drover_settings_page, ADW_TYPE_PREFERENCES_PAGE)

/* The rows under one heading. */
typedef struct
{
  AdwPreferencesGroup *group;
  gboolean shared;    /* it has rows of others, too, so it is never empty */
  GPtrArray *rows;    /* element-type DroverSettingRow; the group's own */
  GPtrArray *missing; /* those of them whose setting this machine does not have */
} Shelf;

static void
shelf_free (gpointer data)
{
  Shelf *shelf = data;

  g_ptr_array_unref (shelf->rows);
  g_ptr_array_unref (shelf->missing);
  g_free (shelf);
}

static Shelf *
find_shelf (DroverSettingsPage *self, AdwPreferencesGroup *group)
{
  Shelf *shelf;

  for (guint i = 0; i < self->shelves->len; i++)
    if (((Shelf *) self->shelves->pdata[i])->group == group)
      return self->shelves->pdata[i];

  shelf = g_new0 (Shelf, 1);
  shelf->group = group;
  shelf->rows = g_ptr_array_new ();
  shelf->missing = g_ptr_array_new ();
  g_ptr_array_add (self->shelves, shelf);
  return shelf;
}

/* What this machine does not have is shown only where it stands in the arguments. */
static void
show_missing (DroverSettingsPage *self, Shelf *shelf, GPtrArray *arguments)
{
  gboolean any = shelf->shared || shelf->rows->len > shelf->missing->len;

  for (guint i = 0; i < shelf->missing->len; i++)
    {
      const DroverSetting *setting = drover_setting_row_get_setting (shelf->missing->pdata[i]);
      g_autoptr (DroverReading) reading = drover_setting_read (setting, arguments, NULL);
      gboolean set = reading->state != DROVER_SETTING_ABSENT;

      gtk_widget_set_visible (shelf->missing->pdata[i], set);
      any = any || set;
    }

  gtk_widget_set_visible (GTK_WIDGET (shelf->group), any);
}

static void
judge_row (Shelf *shelf, DroverSettingRow *row, DroverCatalogue *catalogue, GPtrArray *arguments)
{
  gboolean offered =
    catalogue == NULL ||
    drover_catalogue_offers (catalogue, drover_setting_row_get_setting (row), arguments);

  if (!offered)
    g_ptr_array_add (shelf->missing, row);
  gtk_widget_set_visible (GTK_WIDGET (row), offered);
}

static void
judge (Shelf *shelf, DroverCatalogue *catalogue, GPtrArray *arguments)
{
  g_ptr_array_set_size (shelf->missing, 0);
  for (guint i = 0; i < shelf->rows->len; i++)
    judge_row (shelf, shelf->rows->pdata[i], catalogue, arguments);
}

/* Whether the machine has it depends on its type alone, and is not asked at each key stroke. */
static void
update (DroverSettingsPage *self)
{
  DroverCatalogue *catalogue = drover_config_get_catalogue (self->config);
  GPtrArray *arguments = drover_config_get_arguments (self->config);
  g_autofree char *machine = NULL;
  gboolean again;

  if (arguments == NULL)
    return;

  if (catalogue != NULL)
    machine = drover_catalogue_dup_machine (catalogue, arguments, NULL);
  again = g_set_str (&self->machine, machine) || self->judged_by != catalogue;
  self->judged_by = catalogue;
  for (guint i = 0; i < self->shelves->len; i++)
    {
      if (again)
        judge (self->shelves->pdata[i], catalogue, arguments);
      show_missing (self, self->shelves->pdata[i], arguments);
    }
}

static void
drover_settings_page_dispose (GObject *object)
{
  DroverSettingsPage *self = DROVER_SETTINGS_PAGE (object);

  g_clear_object (&self->config);
  g_clear_pointer (&self->groups, g_hash_table_unref);
  g_clear_pointer (&self->added, g_hash_table_unref);
  g_clear_pointer (&self->shelves, g_ptr_array_unref);
  g_clear_pointer (&self->machine, g_free);
  g_queue_clear (&self->later);

  G_OBJECT_CLASS (drover_settings_page_parent_class)->dispose (object);
}

static void
drover_settings_page_class_init (DroverSettingsPageClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = drover_settings_page_dispose;
}

static void
drover_settings_page_init (DroverSettingsPage *self)
{
  self->groups = g_hash_table_new (g_str_hash, g_str_equal);
  self->added = g_hash_table_new (NULL, NULL);
  self->shelves = g_ptr_array_new_with_free_func (shelf_free);
}

/**
 * drover_settings_page_new:
 *
 * Returns: (transfer floating): an empty page
 */
DroverSettingsPage *
drover_settings_page_new (DroverConfig *config)
{
  DroverSettingsPage *self = g_object_new (DROVER_TYPE_SETTINGS_PAGE, NULL);

  self->config = g_object_ref (config);
  g_signal_connect_object (config, "changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (config, "notify::catalogue", G_CALLBACK (update), self,
                           G_CONNECT_SWAPPED);
  return self;
}

/**
 * drover_settings_page_get_config:
 *
 * Returns: (transfer none): the configuration that the page shows
 */
DroverConfig *
drover_settings_page_get_config (DroverSettingsPage *self)
{
  g_return_val_if_fail (DROVER_IS_SETTINGS_PAGE (self), NULL);
  return self->config;
}

static AdwPreferencesGroup *
get_group (DroverSettingsPage *self, const char *group)
{
  const char *key = group != NULL ? group : "";
  AdwPreferencesGroup *widget;

  widget = g_hash_table_lookup (self->groups, key);
  if (widget != NULL)
    return widget;

  widget = ADW_PREFERENCES_GROUP (adw_preferences_group_new ());
  if (group != NULL)
    adw_preferences_group_set_title (widget, _(group));
  adw_preferences_page_add (ADW_PREFERENCES_PAGE (self), widget);
  g_hash_table_insert (self->groups, (gpointer) key, widget);
  return widget;
}

/**
 * drover_settings_page_get_group:
 * @group: (nullable): its heading, untranslated
 *
 * Returns: (transfer none): the group of rows under that heading, made when it is not there, for
 *   rows of one's own
 */
AdwPreferencesGroup *
drover_settings_page_get_group (DroverSettingsPage *self, const char *group)
{
  AdwPreferencesGroup *widget;

  g_return_val_if_fail (DROVER_IS_SETTINGS_PAGE (self), NULL);

  widget = get_group (self, group);
  find_shelf (self, widget)->shared = TRUE;
  return widget;
}

static void
add_row (DroverSettingsPage *self, const DroverSetting *setting)
{
  AdwPreferencesGroup *group = get_group (self, setting->group);
  GtkWidget *row = drover_setting_row_new (self->config, setting);
  GPtrArray *arguments = drover_config_get_arguments (self->config);
  Shelf *shelf = find_shelf (self, group);

  adw_preferences_group_add (group, row);
  g_ptr_array_add (shelf->rows, row);
  if (arguments == NULL)
    return;

  judge_row (shelf, DROVER_SETTING_ROW (row), drover_config_get_catalogue (self->config),
             arguments);
  show_missing (self, shelf, arguments);
}

static gboolean
add_later (GtkWidget *widget)
{
  DroverSettingsPage *self = DROVER_SETTINGS_PAGE (widget);

  if (!g_queue_is_empty (&self->later))
    add_row (self, g_queue_pop_head (&self->later));
  return !g_queue_is_empty (&self->later);
}

static void
add_rows (DroverSettingsPage *self, const char *page, gboolean all, const char *group)
{
  guint n_settings;
  const DroverSetting *const *settings = drover_settings_list (&n_settings);

  for (guint i = 0; i < n_settings; i++)
    if (g_str_equal (settings[i]->page, page) &&
        (all || g_strcmp0 (settings[i]->group, group) == 0) &&
        g_hash_table_add (self->added, (gpointer) settings[i]))
      {
        get_group (self, settings[i]->group);
        g_queue_push_tail (&self->later, (gpointer) settings[i]);
      }

  for (guint i = 0; !g_queue_is_empty (&self->later) &&
                    (g_queue_get_length (&self->later) + i <= SHORT_PAGE || i < PIECE); i++)
    add_row (self, g_queue_pop_head (&self->later));
  if (!g_queue_is_empty (&self->later))
    drover_lazy_start (GTK_WIDGET (self), add_later);
}

/**
 * drover_settings_page_add_page:
 * @page: the name of a page in the table
 *
 * Adds those of that page's settings that have no row yet.
 */
void
drover_settings_page_add_page (DroverSettingsPage *self, const char *page)
{
  g_return_if_fail (DROVER_IS_SETTINGS_PAGE (self));

  add_rows (self, page, TRUE, NULL);
}

/**
 * drover_settings_page_add_group:
 * @page: the name of a page in the table
 * @group: (nullable): a heading on it
 *
 * Adds the settings under one heading, for pages that put something of their own between.
 *
 * Returns: (transfer none): their group
 */
AdwPreferencesGroup *
drover_settings_page_add_group (DroverSettingsPage *self, const char *page, const char *group)
{
  g_return_val_if_fail (DROVER_IS_SETTINGS_PAGE (self), NULL);

  add_rows (self, page, FALSE, group);
  return drover_settings_page_get_group (self, group);
}
