/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "drover-device-chooser.h"
#include "drover-device-editor.h"
#include "drover-device-item.h"

/* Search over every device, or every type of character devices or objects, that the machine's
 * QEMU has; the chosen one's properties come next. */
struct _DroverDeviceChooser
{
  AdwDialog parent_instance;

  DroverConfig *config;
  const struct Kind *kind;
  GListStore *devices;
  GtkFilter *filter;
  GPtrArray *categories; /* as the catalogue spells them, in the order of the drop-down */
  GStrv words;

  AdwNavigationView *pages;
  AdwNavigationPage *page;
  GtkSearchEntry *search;
  GtkWidget *kinds;
  GtkDropDown *category;
  GtkToggleButton *boards;
  GtkStack *stack;
  GtkListView *view;
  AdwStatusPage *none;
  GtkButton *anyway;
  AdwStatusPage *waiting;
};

G_DEFINE_FINAL_TYPE (DroverDeviceChooser, drover_device_chooser, ADW_TYPE_DIALOG)

/* What differs between the kinds of parts that can be chosen. */
static const struct Kind
{
  const char *part;
  const char *backend; /* what the catalogue calls them; NULL for devices */
  const char *title;
  const char *search;
  const char *none;
  const char *others;
} kinds[] = {
  { DROVER_PART_DEVICE, NULL, N_("Add Device"), N_("Search devices"), N_("No Such Device"),
    N_("Parts of boards are shown by the button beside the kinds. What this QEMU does not have, "
       "another may.") },
  { DROVER_PART_CHARACTER, "chardev", N_("Add Character Device"), N_("Search character devices"),
    N_("No Such Character Device"), N_("What this QEMU does not have, another may.") },
  { DROVER_PART_OBJECT, "object", N_("Add Object"), N_("Search objects"), N_("No Such Object"),
    N_("What this QEMU does not have, another may.") },
};

/* The chosen category; NULL for all. */
static const char *
get_category (DroverDeviceChooser *self)
{
  guint selected = gtk_drop_down_get_selected (self->category);

  return selected > 0 && selected <= self->categories->len
           ? self->categories->pdata[selected - 1]
           : NULL;
}

static gboolean
is_shown (gpointer object, gpointer user_data)
{
  DroverDeviceChooser *self = user_data;
  const DroverCatalogueDevice *device = drover_device_item_get (object);
  const char *category = get_category (self);

  if (!device->user_creatable && !gtk_toggle_button_get_active (self->boards))
    return FALSE;
  if (category != NULL && g_strcmp0 (category, device->category) != 0)
    return FALSE;

  return drover_device_item_matches (object, (const char *const *) self->words);
}

static void
show_none (DroverDeviceChooser *self)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->search));
  g_autofree char *label = g_strdup_printf (_("Add “%s” Anyway"), text);

  gtk_button_set_label (self->anyway, label);
  gtk_widget_set_visible (GTK_WIDGET (self->anyway), *text != '\0');
}

static void
filter_changed_cb (DroverDeviceChooser *self)
{
  g_autofree char *text = g_utf8_casefold (gtk_editable_get_text (GTK_EDITABLE (self->search)), -1);
  GtkSelectionModel *shown;

  g_assert (DROVER_IS_DEVICE_CHOOSER (self));

  g_strfreev (self->words);
  self->words = g_strsplit (g_strstrip (text), " ", -1);
  if (self->filter == NULL)
    return;

  gtk_filter_changed (self->filter, GTK_FILTER_CHANGE_DIFFERENT);
  shown = gtk_list_view_get_model (self->view);
  if (g_list_model_get_n_items (G_LIST_MODEL (shown)) > 0)
    gtk_stack_set_visible_child_name (self->stack, "devices");
  else
    {
      show_none (self);
      gtk_stack_set_visible_child_name (self->stack, "none");
    }
}

static void
open_editor (DroverDeviceChooser *self, const char *type)
{
  adw_navigation_view_push (self->pages,
                            ADW_NAVIGATION_PAGE (drover_device_editor_new_add (
                              self->config, self->kind->part, type)));
}

static void
activate_cb (DroverDeviceChooser *self, guint position)
{
  GListModel *model = G_LIST_MODEL (gtk_list_view_get_model (self->view));
  g_autoptr (DroverDeviceItem) item = g_list_model_get_item (model, position);

  g_assert (DROVER_IS_DEVICE_CHOOSER (self));

  if (item != NULL && drover_device_item_get (item)->user_creatable)
    open_editor (self, drover_device_item_get (item)->name);
}

/* The first that can be added, as Enter in a search does. */
static void
search_activate_cb (DroverDeviceChooser *self)
{
  GListModel *model = G_LIST_MODEL (gtk_list_view_get_model (self->view));

  g_assert (DROVER_IS_DEVICE_CHOOSER (self));

  if (model != NULL && g_list_model_get_n_items (model) > 0)
    activate_cb (self, 0);
}

static void
anyway_cb (DroverDeviceChooser *self)
{
  g_assert (DROVER_IS_DEVICE_CHOOSER (self));

  open_editor (self, gtk_editable_get_text (GTK_EDITABLE (self->search)));
}

/* The rows */

static GtkWidget *
add_label (GtkWidget *box, const char *css_class)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  if (css_class != NULL)
    gtk_widget_add_css_class (label, css_class);
  gtk_box_append (GTK_BOX (box), label);
  return label;
}

static void
setup_cb (DroverDeviceChooser *self, GtkListItem *list_item)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);

  gtk_widget_add_css_class (box, "device");
  add_label (box, "heading");
  add_label (box, NULL);
  gtk_widget_add_css_class (add_label (box, "caption"), "dimmed");
  gtk_list_item_set_child (list_item, box);
}

static void
bind_cb (DroverDeviceChooser *self, GtkListItem *list_item)
{
  DroverDeviceItem *item = gtk_list_item_get_item (list_item);
  const DroverCatalogueDevice *device = drover_device_item_get (item);
  GtkWidget *name = gtk_widget_get_first_child (gtk_list_item_get_child (list_item));
  GtkWidget *description = gtk_widget_get_next_sibling (name);
  GtkWidget *below = gtk_widget_get_next_sibling (description);
  g_autofree char *plug = drover_device_item_dup_plug (item);

  gtk_label_set_label (GTK_LABEL (name), device->name);
  gtk_label_set_label (GTK_LABEL (description),
                       device->description != NULL ? device->description : "");
  gtk_widget_set_visible (description, device->description != NULL);
  gtk_label_set_label (GTK_LABEL (below), plug != NULL ? plug : "");
  gtk_widget_set_visible (below, plug != NULL);
  gtk_list_item_set_activatable (list_item, device->user_creatable);
  gtk_list_item_set_accessible_label (list_item, device->name);
  gtk_list_item_set_accessible_description (
    list_item, device->description != NULL ? device->description : plug != NULL ? plug : "");
}

/* The list */

static const char *
get_heading (const char *category)
{
  return category == NULL || *category == '\0' ? _("Others") : category;
}

static void
fill_categories (DroverDeviceChooser *self)
{
  g_autoptr (GtkStringList) names = gtk_string_list_new (NULL);

  g_ptr_array_set_size (self->categories, 0);
  gtk_string_list_append (names, _("All Kinds"));
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->devices)); i++)
    {
      g_autoptr (DroverDeviceItem) item = g_list_model_get_item (G_LIST_MODEL (self->devices), i);
      const char *category = drover_device_item_get (item)->category;

      if (g_ptr_array_find_with_equal_func (self->categories, category, g_str_equal, NULL))
        continue;
      g_ptr_array_add (self->categories, g_strdup (category));
      gtk_string_list_append (names, get_heading (category));
    }
  gtk_drop_down_set_model (self->category, G_LIST_MODEL (names));
}

static void
load (DroverDeviceChooser *self)
{
  DroverCatalogue *catalogue = drover_config_get_catalogue (self->config);
  const GError *error = drover_config_get_catalogue_error (self->config);
  GtkFilterListModel *filtered;

  if (catalogue == NULL)
    {
      adw_status_page_set_title (self->waiting, error != NULL ? _("QEMU Does Not Tell")
                                                              : _("Asking QEMU…"));
      adw_status_page_set_description (self->waiting, error != NULL ? error->message : NULL);
      gtk_stack_set_visible_child_name (self->stack, "waiting");
      return;
    }

  g_clear_object (&self->devices);
  g_clear_object (&self->filter);
  self->devices = self->kind->backend != NULL
                    ? drover_device_item_list_backends (catalogue, self->kind->backend)
                    : drover_device_item_list (catalogue);
  fill_categories (self);
  self->filter = GTK_FILTER (gtk_custom_filter_new (is_shown, self, NULL));
  filtered = gtk_filter_list_model_new (g_object_ref (G_LIST_MODEL (self->devices)),
                                        g_object_ref (self->filter));
  gtk_list_view_set_model (self->view,
                           GTK_SELECTION_MODEL (gtk_no_selection_new (G_LIST_MODEL (filtered))));
  filter_changed_cb (self);
}

static void
drover_device_chooser_dispose (GObject *object)
{
  DroverDeviceChooser *self = DROVER_DEVICE_CHOOSER (object);

  if (self->view != NULL)
    gtk_list_view_set_model (self->view, NULL);
  gtk_widget_dispose_template (GTK_WIDGET (object), DROVER_TYPE_DEVICE_CHOOSER);
  g_clear_object (&self->filter);
  g_clear_object (&self->devices);
  g_clear_object (&self->config);

  G_OBJECT_CLASS (drover_device_chooser_parent_class)->dispose (object);
}

static void
drover_device_chooser_finalize (GObject *object)
{
  DroverDeviceChooser *self = DROVER_DEVICE_CHOOSER (object);

  g_clear_pointer (&self->categories, g_ptr_array_unref);
  g_clear_pointer (&self->words, g_strfreev);

  G_OBJECT_CLASS (drover_device_chooser_parent_class)->finalize (object);
}

static void
drover_device_chooser_class_init (DroverDeviceChooserClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = drover_device_chooser_dispose;
  object_class->finalize = drover_device_chooser_finalize;

  gtk_widget_class_set_template_from_resource (
    widget_class, RESOURCE_PATH "/configuration/drover-device-chooser.ui");
  gtk_widget_class_bind_template_child (widget_class, DroverDeviceChooser, pages);
  gtk_widget_class_bind_template_child (widget_class, DroverDeviceChooser, page);
  gtk_widget_class_bind_template_child (widget_class, DroverDeviceChooser, kinds);
  gtk_widget_class_bind_template_child (widget_class, DroverDeviceChooser, search);
  gtk_widget_class_bind_template_child (widget_class, DroverDeviceChooser, category);
  gtk_widget_class_bind_template_child (widget_class, DroverDeviceChooser, boards);
  gtk_widget_class_bind_template_child (widget_class, DroverDeviceChooser, stack);
  gtk_widget_class_bind_template_child (widget_class, DroverDeviceChooser, view);
  gtk_widget_class_bind_template_child (widget_class, DroverDeviceChooser, none);
  gtk_widget_class_bind_template_child (widget_class, DroverDeviceChooser, anyway);
  gtk_widget_class_bind_template_child (widget_class, DroverDeviceChooser, waiting);
  gtk_widget_class_bind_template_callback (widget_class, filter_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, search_activate_cb);
  gtk_widget_class_bind_template_callback (widget_class, activate_cb);
  gtk_widget_class_bind_template_callback (widget_class, anyway_cb);
  gtk_widget_class_bind_template_callback (widget_class, setup_cb);
  gtk_widget_class_bind_template_callback (widget_class, bind_cb);
}

static void
drover_device_chooser_init (DroverDeviceChooser *self)
{
  self->categories = g_ptr_array_new_with_free_func (g_free);
  self->words = g_new0 (char *, 1);
  gtk_widget_init_template (GTK_WIDGET (self));
}

static void
set_name (GtkWidget *widget, const char *text)
{
  gtk_accessible_update_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
}

static void
show_kind (DroverDeviceChooser *self)
{
  adw_dialog_set_title (ADW_DIALOG (self), _(self->kind->title));
  adw_navigation_page_set_title (self->page, _(self->kind->title));
  gtk_search_entry_set_placeholder_text (self->search, _(self->kind->search));
  set_name (GTK_WIDGET (self->search), _(self->kind->search));
  set_name (GTK_WIDGET (self->view), _(self->kind->title));
  gtk_widget_set_visible (self->kinds, self->kind->backend == NULL);
  adw_status_page_set_title (self->none, _(self->kind->none));
  adw_status_page_set_description (self->none, _(self->kind->others));
}

/**
 * drover_device_chooser_new:
 * @config: of the machine that gets a device
 * @kind: the kind of part: %DROVER_PART_DEVICE, %DROVER_PART_CHARACTER or %DROVER_PART_OBJECT
 *
 * Returns: (transfer floating): a dialog for adw_dialog_present()
 */
DroverDeviceChooser *
drover_device_chooser_new (DroverConfig *config, const char *kind)
{
  DroverDeviceChooser *self = g_object_new (DROVER_TYPE_DEVICE_CHOOSER, NULL);

  self->config = g_object_ref (config);
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (g_str_equal (kinds[i].part, kind))
      self->kind = &kinds[i];
  g_return_val_if_fail (self->kind != NULL, self);

  show_kind (self);
  g_signal_connect_object (config, "notify::catalogue", G_CALLBACK (load), self,
                           G_CONNECT_SWAPPED);
  load (self);
  return self;
}
