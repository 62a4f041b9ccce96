/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "drover-add-disk-dialog.h"
#include "drover-diff-dialog.h"
#include "drover-dex.h"
#include "drover-image.h"

/* A disk, CD or floppy drive, with an image that is there, a new one, or none. The arguments
 * that it makes are shown while it is put together. */
struct _DroverAddDiskDialog
{
  AdwDialog parent_instance;

  DroverConfig *config;
  GPtrArray *buses; /* those that this machine can have, for the chosen kind; borrowed */
  GPtrArray *result;
  char *id;
  char *made; /* the image that was made here, if any, as the arguments name it */
  gboolean updating;

  AdwComboRow *kind;
  AdwComboRow *source;
  AdwEntryRow *file;
  AdwSpinRow *size;
  AdwComboRow *format;
  AdwComboRow *bus;
  GtkWidget *add;
  AdwPreferencesGroup *preview;
  GtkLabel *message;
  GtkWidget *diff;
};

G_DEFINE_FINAL_TYPE (DroverAddDiskDialog, drover_add_disk_dialog, ADW_TYPE_DIALOG)

enum
{
  ADDED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

/* In the order of the combo rows. */
enum
{
  KIND_DISK,
  KIND_CD,
  KIND_FLOPPY,
};

enum
{
  SOURCE_FILE,
  SOURCE_OTHER, /* a new image for a disk, nothing for a drive that can be empty */
};

static const char *const formats[] = { "qcow2", "raw" };

static const struct
{
  const char *bus;
  const char *title;
} buses[] = {
  { NULL, N_("What suits the machine") },
  { "virtio", N_("Virtio, the fastest") },
  { "scsi", N_("SCSI") },
  { "sata", N_("SATA") },
  { "ide", N_("IDE") },
  { "nvme", N_("NVMe") },
  { "usb", N_("USB") },
  { "sd", N_("SD card reader") },
};

static const char *
get_folder (DroverAddDiskDialog *self)
{
  return drover_machine_get_folder (
    drover_editor_get_machine (drover_config_get_editor (self->config)));
}

static const char *
get_directory (DroverAddDiskDialog *self)
{
  return drover_machine_get_directory (
    drover_editor_get_machine (drover_config_get_editor (self->config)));
}

static gboolean
is_new_image (DroverAddDiskDialog *self)
{
  return adw_combo_row_get_selected (self->source) == SOURCE_OTHER &&
         adw_combo_row_get_selected (self->kind) == KIND_DISK;
}

static const char *
get_format (DroverAddDiskDialog *self)
{
  return formats[MIN (adw_combo_row_get_selected (self->format), G_N_ELEMENTS (formats) - 1)];
}

/* An image that Drover makes is in the machine's folder, wherever QEMU runs. */
static char *
dup_new_name (DroverAddDiskDialog *self)
{
  g_autofree char *name = drover_image_dup_free_name (get_folder (self), get_format (self));

  if (g_str_equal (get_folder (self), get_directory (self)))
    return g_steal_pointer (&name);

  return g_build_filename (get_folder (self), name, NULL);
}

static const char *
get_bus (DroverAddDiskDialog *self)
{
  guint selected = adw_combo_row_get_selected (self->bus);

  return selected < self->buses->len ? self->buses->pdata[selected] : NULL;
}

/* What the disk is to be, in the words of drover_parts_add(). */
static GPtrArray *
list_properties (guint kind, const char *file, const char *format, const char *bus)
{
  GPtrArray *properties = g_ptr_array_new_null_terminated (4, g_free, TRUE);

  if (kind == KIND_FLOPPY)
    bus = "floppy";
  if (kind == KIND_CD)
    g_ptr_array_add (properties, g_strdup ("media=cdrom"));
  if (file != NULL)
    g_ptr_array_add (properties, g_strconcat ("file=", file, NULL));
  if (format != NULL)
    g_ptr_array_add (properties, g_strconcat ("format=", format, NULL));
  if (bus != NULL)
    g_ptr_array_add (properties, g_strconcat ("bus=", bus, NULL));

  return properties;
}

static GPtrArray *
try_add (DroverAddDiskDialog *self, const char *file, const char *format, const char *bus,
         char **id, GError **error)
{
  DroverEditor *editor = drover_config_get_editor (self->config);
  g_autoptr (GPtrArray) properties =
    list_properties (adw_combo_row_get_selected (self->kind), file, format, bus);

  if (drover_config_get_arguments (self->config) == NULL)
    return NULL;

  return drover_parts_add_in (drover_config_get_arguments (self->config),
                              drover_document_get_program (drover_editor_get_document (editor)),
                              get_directory (self), DROVER_PART_DISK,
                              (const char *const *) properties->pdata, id, error);
}

static void
build (DroverAddDiskDialog *self, GError **error)
{
  const char *typed = gtk_editable_get_text (GTK_EDITABLE (self->file));
  gboolean is_new = is_new_image (self);
  g_autofree char *name = is_new ? dup_new_name (self) : g_strdup (typed);
  gboolean has_file =
    is_new || adw_combo_row_get_selected (self->source) == SOURCE_FILE;

  g_clear_pointer (&self->result, g_ptr_array_unref);
  g_clear_pointer (&self->id, g_free);
  if (has_file && *name == '\0')
    return;

  self->result = try_add (self, has_file ? name : NULL, is_new ? get_format (self) : NULL,
                          get_bus (self), &self->id, error);
}

static void
changed_cb (DroverAddDiskDialog *self)
{
  gboolean is_new;
  GPtrArray *before;
  g_autoptr (GError) error = NULL;

  g_assert (DROVER_IS_ADD_DISK_DIALOG (self));

  if (self->updating || self->config == NULL)
    return;

  is_new = is_new_image (self);
  gtk_widget_set_visible (GTK_WIDGET (self->file),
                          adw_combo_row_get_selected (self->source) == SOURCE_FILE);
  gtk_widget_set_visible (GTK_WIDGET (self->size), is_new);
  gtk_widget_set_visible (GTK_WIDGET (self->format), is_new);
  gtk_widget_set_visible (GTK_WIDGET (self->bus),
                          adw_combo_row_get_selected (self->kind) != KIND_FLOPPY);

  build (self, &error);
  before = drover_config_get_arguments (self->config);
  gtk_label_set_label (self->message, error != NULL ? error->message : "");
  gtk_widget_set_visible (GTK_WIDGET (self->message), error != NULL);
  gtk_widget_set_sensitive (self->add, self->result != NULL);
  if (self->result != NULL)
    drover_diff_view_show (self->diff, before, self->result, 0);
  gtk_widget_set_visible (self->diff, self->result != NULL);
}

/* Only what this machine can have, which is found out by trying. */
static void
fill_buses (DroverAddDiskDialog *self)
{
  g_autoptr (GtkStringList) titles = gtk_string_list_new (NULL);

  g_ptr_array_set_size (self->buses, 0);
  for (guint i = 0; i < G_N_ELEMENTS (buses); i++)
    {
      g_autoptr (GPtrArray) added =
        buses[i].bus != NULL ? try_add (self, "disk", "raw", buses[i].bus, NULL, NULL) : NULL;

      if (buses[i].bus != NULL && added == NULL)
        continue;
      gtk_string_list_append (titles, _(buses[i].title));
      g_ptr_array_add (self->buses, (gpointer) buses[i].bus);
    }
  adw_combo_row_set_model (self->bus, G_LIST_MODEL (titles));
}

static void
kind_changed_cb (DroverAddDiskDialog *self)
{
  gboolean is_disk = adw_combo_row_get_selected (self->kind) == KIND_DISK;
  g_autoptr (GtkStringList) sources = gtk_string_list_new (NULL);

  g_assert (DROVER_IS_ADD_DISK_DIALOG (self));

  if (self->config == NULL)
    return;

  self->updating = TRUE;
  gtk_string_list_append (sources, _("A file that is there"));
  gtk_string_list_append (sources, is_disk ? _("A new, empty one") : _("Nothing inserted"));
  adw_combo_row_set_model (self->source, G_LIST_MODEL (sources));
  fill_buses (self);
  self->updating = FALSE;
  changed_cb (self);
}

static void
chosen_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DroverAddDiskDialog) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GFile) file =
    gtk_file_dialog_open_finish (GTK_FILE_DIALOG (source), result, &error);
  g_autofree char *path = file != NULL ? g_file_get_path (file) : NULL;

  if (path != NULL)
    gtk_editable_set_text (GTK_EDITABLE (self->file), path);
  else if (error != NULL && !g_error_matches (error, GTK_DIALOG_ERROR, GTK_DIALOG_ERROR_DISMISSED))
    {
      gtk_label_set_label (self->message, error->message);
      gtk_widget_set_visible (GTK_WIDGET (self->message), TRUE);
    }
}

static void
choose_cb (DroverAddDiskDialog *self)
{
  g_autoptr (GtkFileDialog) dialog = gtk_file_dialog_new ();
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));

  g_assert (DROVER_IS_ADD_DISK_DIALOG (self));

  gtk_file_dialog_set_title (dialog, _("Choose an Image"));
  gtk_file_dialog_open (dialog, GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL, NULL, chosen_cb,
                        g_object_ref (self));
}

/* An image that was made here is Drover's own from now on. */
static gboolean
apply (DroverAddDiskDialog *self, const char *label)
{
  g_autofree char *name = NULL;

  if (g_strcmp0 (self->made, gtk_editable_get_text (GTK_EDITABLE (self->file))) != 0)
    return drover_config_apply (self->config, self->result, label, NULL);

  name = g_path_get_basename (self->made);
  return drover_config_apply_with_file (self->config, self->result, name, label);
}

static void
finish (DroverAddDiskDialog *self)
{
  static const char *const labels[] = { N_("Add disk"), N_("Add CD drive"),
                                        N_("Add floppy drive") };
  guint kind = MIN (adw_combo_row_get_selected (self->kind), G_N_ELEMENTS (labels) - 1);
  g_autoptr (GError) error = NULL;
  g_autofree char *id = NULL;

  /* The machine may have changed while the image was made. */
  build (self, &error);
  if (self->result == NULL)
    return;

  id = g_strdup (self->id);
  if (!apply (self, _(labels[kind])))
    return;

  g_signal_emit (self, signals[ADDED], 0, id);
  adw_dialog_close (ADW_DIALOG (self));
}

typedef struct
{
  DroverAddDiskDialog *dialog;
  char *name;
} Creation;

static void
creation_free (gpointer data)
{
  Creation *creation = data;

  g_object_unref (creation->dialog);
  g_free (creation->name);
  g_free (creation);
}

static DexFuture *
created_cb (DexFuture *future, gpointer user_data)
{
  Creation *creation = user_data;
  DroverAddDiskDialog *self = creation->dialog;
  g_autoptr (GError) error = NULL;

  gtk_widget_set_sensitive (GTK_WIDGET (self), TRUE);
  if (dex_future_get_value (future, &error) == NULL)
    {
      gtk_label_set_label (self->message, error->message);
      gtk_widget_set_visible (GTK_WIDGET (self->message), TRUE);
      return dex_future_new_true ();
    }

  /* From now on it is a file that is there. */
  adw_combo_row_set_selected (self->source, SOURCE_FILE);
  gtk_editable_set_text (GTK_EDITABLE (self->file), creation->name);
  g_set_str (&self->made, creation->name);
  finish (self);
  return dex_future_new_true ();
}

static void
create (DroverAddDiskDialog *self)
{
  Creation *creation = g_new0 (Creation, 1);
  g_autofree char *path = NULL;

  creation->dialog = g_object_ref (self);
  creation->name = dup_new_name (self);
  path = g_canonicalize_filename (creation->name, get_folder (self));
  gtk_widget_set_sensitive (GTK_WIDGET (self), FALSE);
  drover_dex_forget (
    dex_future_finally (drover_image_create (path, get_format (self),
                                             (guint64) adw_spin_row_get_value (self->size) << 30),
                        created_cb, creation, creation_free));
}

static void
add_cb (DroverAddDiskDialog *self)
{
  g_assert (DROVER_IS_ADD_DISK_DIALOG (self));

  if (is_new_image (self))
    create (self);
  else
    finish (self);
}

static void
drover_add_disk_dialog_dispose (GObject *object)
{
  DroverAddDiskDialog *self = DROVER_ADD_DISK_DIALOG (object);

  self->updating = TRUE;
  gtk_widget_dispose_template (GTK_WIDGET (object), DROVER_TYPE_ADD_DISK_DIALOG);
  g_clear_object (&self->config);
  g_clear_pointer (&self->result, g_ptr_array_unref);

  G_OBJECT_CLASS (drover_add_disk_dialog_parent_class)->dispose (object);
}

static void
drover_add_disk_dialog_finalize (GObject *object)
{
  DroverAddDiskDialog *self = DROVER_ADD_DISK_DIALOG (object);

  g_clear_pointer (&self->buses, g_ptr_array_unref);
  g_clear_pointer (&self->id, g_free);
  g_clear_pointer (&self->made, g_free);

  G_OBJECT_CLASS (drover_add_disk_dialog_parent_class)->finalize (object);
}

static void
drover_add_disk_dialog_class_init (DroverAddDiskDialogClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = drover_add_disk_dialog_dispose;
  object_class->finalize = drover_add_disk_dialog_finalize;

  /**
   * DroverAddDiskDialog::added:
   * @id: the new part's id
   */
  signals[ADDED] = g_signal_new ("added", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                 NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);

  gtk_widget_class_set_template_from_resource (
    widget_class, RESOURCE_PATH "/configuration/drover-add-disk-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, DroverAddDiskDialog, kind);
  gtk_widget_class_bind_template_child (widget_class, DroverAddDiskDialog, source);
  gtk_widget_class_bind_template_child (widget_class, DroverAddDiskDialog, file);
  gtk_widget_class_bind_template_child (widget_class, DroverAddDiskDialog, size);
  gtk_widget_class_bind_template_child (widget_class, DroverAddDiskDialog, format);
  gtk_widget_class_bind_template_child (widget_class, DroverAddDiskDialog, bus);
  gtk_widget_class_bind_template_child (widget_class, DroverAddDiskDialog, add);
  gtk_widget_class_bind_template_child (widget_class, DroverAddDiskDialog, preview);
  gtk_widget_class_bind_template_child (widget_class, DroverAddDiskDialog, message);
  gtk_widget_class_bind_template_callback (widget_class, kind_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, choose_cb);
  gtk_widget_class_bind_template_callback (widget_class, add_cb);
}

static void
drover_add_disk_dialog_init (DroverAddDiskDialog *self)
{
  self->buses = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_widget_add_css_class (GTK_WIDGET (self->message), "error");
  self->diff = drover_diff_view_new ();
  adw_preferences_group_add (self->preview, self->diff);
}

/**
 * drover_add_disk_dialog_new:
 * @config: of the machine that gets a disk
 *
 * Returns: (transfer floating): a dialog for adw_dialog_present()
 */
DroverAddDiskDialog *
drover_add_disk_dialog_new (DroverConfig *config)
{
  DroverAddDiskDialog *self = g_object_new (DROVER_TYPE_ADD_DISK_DIALOG, NULL);

  self->config = g_object_ref (config);
  kind_changed_cb (self);
  return self;
}
