/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "drover-device-editor.h"
#include "drover-diff-dialog.h"
#include "drover-property-list.h"
#include "drover-property-row.h"
#include "drover-shell.h"

/* Every property of one device (or object, or character device), searchable. What is edited is
 * kept as a list of edits and applied as one step: should the machine change meanwhile, the
 * edits are made to what it is then. */
struct _DroverDeviceEditor
{
  AdwNavigationPage parent_instance;

  DroverConfig *config;
  char *kind;
  char *type;
  char *part; /* NULL for one that is to be added */
  DroverHalf half;
  GPtrArray *edits;
  GPtrArray *result; /* what the arguments would be, NULL when they cannot */
  GListStore *list;
  GtkFilter *filter;

  GtkButton *apply;
  AdwBanner *banner;
  GtkSearchEntry *search;
  GtkToggleButton *internal;
  GtkStack *stack;
  GtkListView *view;
  GtkLabel *error;
  GtkLabel *argument;
  GtkBox *changes;
  GtkWidget *diff;
};

G_DEFINE_FINAL_TYPE (DroverDeviceEditor, drover_device_editor, ADW_TYPE_NAVIGATION_PAGE)

typedef struct
{
  DroverPropertyItem *item;
  char *text;
} Edit;

static void
edit_free (Edit *edit)
{
  g_object_unref (edit->item);
  g_free (edit->text);
  g_free (edit);
}

/* The key that says which one of its kind a new part is, and the name of the step that adds it. */
static const struct
{
  const char *kind;
  const char *key;
  const char *backend; /* what the catalogue calls them; NULL for devices */
  const char *label;
} adding[] = {
  { DROVER_PART_DEVICE, "driver", NULL, N_("Add device") },
  { DROVER_PART_CHARACTER, "backend", "chardev", N_("Add character device") },
  { DROVER_PART_OBJECT, "qom-type", "object", N_("Add object") },
};

/* Of a part that is added; of one that is edited the kind may not be known. */
static guint
find_adding (DroverDeviceEditor *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (adding); i++)
    if (g_strcmp0 (adding[i].kind, self->kind) == 0)
      return i;

  return 0;
}

static int
get_argument (const DroverPart *part, DroverHalf half)
{
  if (half == DROVER_HALF_BACK || part->scope.front < 0)
    return part->scope.back;

  return part->scope.front;
}

/* The thing in the arguments as they are now, or with it added. */
static GPtrArray *
build_base (DroverDeviceEditor *self, int *argument, GError **error)
{
  DroverEditor *editor = drover_config_get_editor (self->config);
  GPtrArray *arguments = drover_config_get_arguments (self->config);
  g_autofree char *property = NULL;
  g_autofree char *id = NULL;
  g_autoptr (GPtrArray) added = NULL;
  g_autoptr (DroverPart) part = NULL;

  *argument = -1;
  if (arguments == NULL)
    return NULL;
  if (self->part == NULL)
    {
      property = g_strdup_printf ("%s=%s", adding[find_adding (self)].key, self->type);
      added = drover_parts_add_in (
        arguments, drover_document_get_program (drover_editor_get_document (editor)),
        drover_machine_get_folder (drover_editor_get_machine (editor)), self->kind,
        (const char *const[]) { property, NULL }, &id, error);
      arguments = added;
    }

  part = arguments != NULL ? drover_parts_find (arguments, id != NULL ? id : self->part) : NULL;
  if (part == NULL)
    return NULL;

  *argument = get_argument (part, self->half);
  return *argument >= 0 ? g_ptr_array_ref (arguments) : NULL;
}

static GPtrArray *
build (DroverDeviceEditor *self, int *argument, GError **error)
{
  GPtrArray *arguments = build_base (self, argument, error);

  for (guint i = 0; arguments != NULL && i < self->edits->len; i++)
    {
      g_autoptr (GPtrArray) before = arguments;
      Edit *edit = self->edits->pdata[i];

      arguments =
        drover_property_list_write (before, *argument, edit->item, edit->text, error);
    }

  return arguments;
}

static void
show_argument (DroverDeviceEditor *self, GPtrArray *arguments, int argument)
{
  DroverArgument *one = arguments->pdata[argument];
  const char *words[] = { drover_argument_get_flag (one), drover_argument_get_value (one), NULL };
  g_autofree char *text = drover_shell_from_argv (words[0] != NULL ? words : words + 1);

  gtk_label_set_label (self->argument, text);
  drover_diff_view_show (self->diff, drover_config_get_arguments (self->config), arguments, 0);
  gtk_widget_set_visible (GTK_WIDGET (self->argument), !gtk_widget_get_visible (self->diff));
}

static void
show_result (DroverDeviceEditor *self, int argument, const GError *error)
{
  gboolean is_new = self->part == NULL;

  gtk_label_set_label (self->error, error != NULL ? error->message : "");
  gtk_widget_set_visible (GTK_WIDGET (self->error), error != NULL);
  gtk_widget_set_sensitive (GTK_WIDGET (self->apply),
                            self->result != NULL && (is_new || self->edits->len > 0));
  if (self->result != NULL)
    show_argument (self, self->result, argument);
}

static void
refresh (DroverDeviceEditor *self)
{
  g_autoptr (GError) error = NULL;
  int argument;

  g_clear_pointer (&self->result, g_ptr_array_unref);
  self->result = build (self, &argument, &error);
  if (self->result != NULL)
    drover_property_list_read (G_LIST_MODEL (self->list), self->result, argument);
  show_result (self, argument, error);
}

static void
edited_cb (DroverPropertyRow *row, DroverPropertyItem *item, const char *text,
           DroverDeviceEditor *self)
{
  Edit *edit = NULL;

  g_assert (DROVER_IS_DEVICE_EDITOR (self));

  for (guint i = 0; i < self->edits->len && edit == NULL; i++)
    if (((Edit *) self->edits->pdata[i])->item == item)
      edit = self->edits->pdata[i];

  if (edit == NULL)
    {
      edit = g_new0 (Edit, 1);
      edit->item = g_object_ref (item);
      g_ptr_array_add (self->edits, edit);
    }
  g_set_str (&edit->text, text);
  refresh (self);
}

/* The list */

static gboolean
is_shown (gpointer object, gpointer user_data)
{
  DroverPropertyItem *item = object;
  DroverDeviceEditor *self = user_data;
  g_autofree char *word =
    g_utf8_casefold (gtk_editable_get_text (GTK_EDITABLE (self->search)), -1);

  if (drover_property_item_is_internal (item) && !gtk_toggle_button_get_active (self->internal) &&
      drover_property_item_get_value (item) == NULL)
    return FALSE;

  return drover_property_item_matches (item, g_strstrip (word));
}

static void
filter_changed_cb (DroverDeviceEditor *self)
{
  GListModel *shown;

  g_assert (DROVER_IS_DEVICE_EDITOR (self));

  if (self->filter == NULL)
    return;

  gtk_filter_changed (self->filter, GTK_FILTER_CHANGE_DIFFERENT);
  shown = G_LIST_MODEL (gtk_list_view_get_model (self->view));
  gtk_stack_set_visible_child_name (self->stack, g_list_model_get_n_items (shown) > 0
                                                   ? "properties"
                                                   : "none");
}

static void
setup_cb (DroverDeviceEditor *self, GtkListItem *list_item)
{
  GtkWidget *row = drover_property_row_new ();

  g_signal_connect_object (row, "edited", G_CALLBACK (edited_cb), self, G_CONNECT_DEFAULT);
  gtk_list_item_set_child (list_item, row);
  gtk_list_item_set_activatable (list_item, FALSE);
  gtk_list_item_set_focusable (list_item, FALSE);
}

static void
bind_cb (DroverDeviceEditor *self, GtkListItem *list_item)
{
  drover_property_row_set_item (DROVER_PROPERTY_ROW (gtk_list_item_get_child (list_item)),
                                gtk_list_item_get_item (list_item));
}

static void
unbind_cb (DroverDeviceEditor *self, GtkListItem *list_item)
{
  drover_property_row_set_item (DROVER_PROPERTY_ROW (gtk_list_item_get_child (list_item)), NULL);
}

static void
set_up_list (DroverDeviceEditor *self)
{
  GtkFilterListModel *filtered;

  self->filter = GTK_FILTER (gtk_custom_filter_new (is_shown, self, NULL));
  filtered = gtk_filter_list_model_new (g_object_ref (G_LIST_MODEL (self->list)),
                                        g_object_ref (self->filter));
  gtk_list_view_set_model (
    self->view,
    GTK_SELECTION_MODEL (gtk_no_selection_new (G_LIST_MODEL (filtered))));
}

static gboolean
has_backend (DroverCatalogue *catalogue, const char *kind, const char *name)
{
  g_autoptr (GArray) backends = drover_catalogue_list_backends (catalogue, kind);

  for (guint i = 0; i < backends->len; i++)
    if (g_str_equal (g_array_index (backends, DroverSuggestion, i).value, name))
      return TRUE;

  return FALSE;
}

/* What this QEMU does not have, or did not tell. */
static void
warn (DroverDeviceEditor *self)
{
  DroverCatalogue *catalogue = drover_config_get_catalogue (self->config);
  const char *backend = adding[find_adding (self)].backend;
  g_autofree char *text = NULL;

  if (catalogue == NULL)
    text = g_strdup (_("QEMU has not told what it offers: only what is set is listed"));
  else if (g_strcmp0 (self->kind, DROVER_PART_DEVICE) == 0 &&
           !drover_catalogue_find_device (catalogue, self->type, NULL))
    text = g_strdup_printf (_("This QEMU has no device “%s”: it is kept, but will not start"),
                            self->type);
  else if (backend != NULL && !has_backend (catalogue, backend, self->type))
    text = g_strdup_printf (_("This QEMU has no “%s”: it is kept, but will not start"),
                            self->type);

  adw_banner_set_title (self->banner, text != NULL ? text : "");
  adw_banner_set_revealed (self->banner, text != NULL);
}

static void
load (DroverDeviceEditor *self)
{
  g_autoptr (GError) error = NULL;
  int argument;

  g_clear_pointer (&self->result, g_ptr_array_unref);
  g_clear_object (&self->list);
  g_clear_object (&self->filter);
  self->result = build (self, &argument, &error);
  if (self->result != NULL)
    {
      if (self->type == NULL)
        self->type = drover_property_list_dup_type (self->result->pdata[argument]);
      self->list = drover_property_list_new (drover_config_get_catalogue (self->config),
                                             self->result, argument);
      warn (self);
    }
  else
    self->list = g_list_store_new (DROVER_TYPE_PROPERTY_ITEM);
  adw_navigation_page_set_title (ADW_NAVIGATION_PAGE (self),
                                 self->type != NULL ? self->type : _("Properties"));
  set_up_list (self);
  filter_changed_cb (self);
  show_result (self, argument, error);
}

/* Another view, or another program, changed the machine. */
static void
changed_cb (DroverDeviceEditor *self)
{
  g_assert (DROVER_IS_DEVICE_EDITOR (self));

  refresh (self);
  if (self->result != NULL || self->edits->len > 0)
    return;

  adw_banner_set_title (self->banner, _("It is no longer part of the machine"));
  adw_banner_set_revealed (self->banner, TRUE);
}

static void
close_dialog (DroverDeviceEditor *self)
{
  GtkWidget *dialog = gtk_widget_get_ancestor (GTK_WIDGET (self), ADW_TYPE_DIALOG);

  if (dialog != NULL)
    adw_dialog_close (ADW_DIALOG (dialog));
}

static void
apply_cb (DroverDeviceEditor *self)
{
  g_autoptr (GPtrArray) result = NULL;

  g_assert (DROVER_IS_DEVICE_EDITOR (self));

  if (self->result == NULL)
    return;

  result = g_ptr_array_ref (self->result);
  g_signal_handlers_disconnect_by_func (self->config, changed_cb, self);
  if (drover_config_apply (self->config, result,
                           self->part != NULL ? _("Edit device")
                                              : _(adding[find_adding (self)].label),
                           NULL))
    close_dialog (self);
  else
    g_signal_connect_object (self->config, "changed", G_CALLBACK (changed_cb), self,
                             G_CONNECT_SWAPPED);
}

static void
drover_device_editor_dispose (GObject *object)
{
  DroverDeviceEditor *self = DROVER_DEVICE_EDITOR (object);

  if (self->view != NULL)
    gtk_list_view_set_model (self->view, NULL);
  gtk_widget_dispose_template (GTK_WIDGET (object), DROVER_TYPE_DEVICE_EDITOR);
  g_clear_object (&self->filter);
  g_clear_object (&self->list);
  g_clear_object (&self->config);
  g_clear_pointer (&self->result, g_ptr_array_unref);

  G_OBJECT_CLASS (drover_device_editor_parent_class)->dispose (object);
}

static void
drover_device_editor_finalize (GObject *object)
{
  DroverDeviceEditor *self = DROVER_DEVICE_EDITOR (object);

  g_clear_pointer (&self->edits, g_ptr_array_unref);
  g_clear_pointer (&self->kind, g_free);
  g_clear_pointer (&self->type, g_free);
  g_clear_pointer (&self->part, g_free);

  G_OBJECT_CLASS (drover_device_editor_parent_class)->finalize (object);
}

static void
drover_device_editor_class_init (DroverDeviceEditorClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = drover_device_editor_dispose;
  object_class->finalize = drover_device_editor_finalize;

  gtk_widget_class_set_template_from_resource (
    widget_class, RESOURCE_PATH "/configuration/drover-device-editor.ui");
  gtk_widget_class_bind_template_child (widget_class, DroverDeviceEditor, apply);
  gtk_widget_class_bind_template_child (widget_class, DroverDeviceEditor, banner);
  gtk_widget_class_bind_template_child (widget_class, DroverDeviceEditor, search);
  gtk_widget_class_bind_template_child (widget_class, DroverDeviceEditor, internal);
  gtk_widget_class_bind_template_child (widget_class, DroverDeviceEditor, stack);
  gtk_widget_class_bind_template_child (widget_class, DroverDeviceEditor, view);
  gtk_widget_class_bind_template_child (widget_class, DroverDeviceEditor, error);
  gtk_widget_class_bind_template_child (widget_class, DroverDeviceEditor, argument);
  gtk_widget_class_bind_template_child (widget_class, DroverDeviceEditor, changes);
  gtk_widget_class_bind_template_callback (widget_class, filter_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, setup_cb);
  gtk_widget_class_bind_template_callback (widget_class, bind_cb);
  gtk_widget_class_bind_template_callback (widget_class, unbind_cb);
  gtk_widget_class_bind_template_callback (widget_class, apply_cb);
}

static void
drover_device_editor_init (DroverDeviceEditor *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->edits = g_ptr_array_new_with_free_func ((GDestroyNotify) edit_free);
  self->diff = drover_diff_view_new ();
  gtk_box_append (self->changes, self->diff);
  gtk_search_entry_set_key_capture_widget (self->search, GTK_WIDGET (self));
}

static DroverDeviceEditor *
new_editor (DroverConfig *config, const char *kind)
{
  DroverDeviceEditor *self = g_object_new (DROVER_TYPE_DEVICE_EDITOR, NULL);

  self->config = g_object_ref (config);
  self->kind = g_strdup (kind);
  g_signal_connect_object (config, "changed", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (config, "notify::catalogue", G_CALLBACK (load), self,
                           G_CONNECT_SWAPPED);
  return self;
}

/**
 * drover_device_editor_new_add:
 * @kind: the kind of part: %DROVER_PART_DEVICE, %DROVER_PART_CHARACTER or %DROVER_PART_OBJECT
 * @type: what it is to be, as `virtio-rng-pci`
 *
 * Returns: (transfer floating): a page that adds it to the machine once the user says so
 */
DroverDeviceEditor *
drover_device_editor_new_add (DroverConfig *config, const char *kind, const char *type)
{
  DroverDeviceEditor *self = new_editor (config, kind);

  self->type = g_strdup (type);
  self->half = DROVER_HALF_FRONT;
  gtk_button_set_label (self->apply, _("_Add"));
  load (self);
  return self;
}

/**
 * drover_device_editor_new_edit:
 * @part: id of a part
 * @half: which of its arguments
 *
 * Returns: (transfer floating): a page that edits every property of it
 */
DroverDeviceEditor *
drover_device_editor_new_edit (DroverConfig *config, const char *part, DroverHalf half)
{
  GPtrArray *arguments = drover_config_get_arguments (config);
  g_autoptr (DroverPart) found = arguments != NULL ? drover_parts_find (arguments, part) : NULL;
  DroverDeviceEditor *self = new_editor (config, NULL);
  int argument = found != NULL ? get_argument (found, half) : -1;

  /* The front of a disk or a card is a device, too. */
  if (argument >= 0 &&
      g_str_equal (drover_argument_get_option (arguments->pdata[argument]), "device"))
    self->kind = g_strdup (DROVER_PART_DEVICE);
  self->part = g_strdup (part);
  self->half = half;
  gtk_button_set_label (self->apply, _("_Apply"));
  load (self);
  return self;
}

/**
 * drover_device_editor_present:
 * @parent: a widget of the window
 * @part: id of a part
 * @half: which of its arguments
 *
 * Opens a dialog with drover_device_editor_new_edit().
 */
void
drover_device_editor_present (GtkWidget *parent, DroverConfig *config, const char *part,
                              DroverHalf half)
{
  AdwDialog *dialog = adw_dialog_new ();
  GtkWidget *view = adw_navigation_view_new ();
  DroverDeviceEditor *self = drover_device_editor_new_edit (config, part, half);

  adw_navigation_view_add (ADW_NAVIGATION_VIEW (view), ADW_NAVIGATION_PAGE (self));
  adw_dialog_set_title (dialog, adw_navigation_page_get_title (ADW_NAVIGATION_PAGE (self)));
  adw_dialog_set_content_width (dialog, 620);
  adw_dialog_set_content_height (dialog, 680);
  adw_dialog_set_child (dialog, view);
  adw_dialog_present (dialog, parent);
}
