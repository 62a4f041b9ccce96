/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "drover-boot-order.h"
#include "drover-disk-facts.h"
#include "drover-disk-row.h"

/* One drive: its image, what it is plugged into, and its place in the boot order. */
struct _DroverDiskRow
{
  DroverPartRow parent_instance;

  char *image; /* whose file was looked at, or is being */
  GCancellable *cancellable;
  gboolean looked;
  DroverImageGlance glance;

  AdwActionRow *boot;
  GtkWidget *earlier;
  GtkWidget *later;
  GtkWidget *insert;
  GtkWidget *eject;
};

G_DEFINE_FINAL_TYPE (DroverDiskRow, drover_disk_row, DROVER_TYPE_PART_ROW)

static void
glanced_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  DroverDiskRow *self = user_data;
  g_autoptr (GError) error = NULL;
  DroverImageGlance glance;

  /* Cancelled means that the card is gone, or has another image by now. */
  if (!drover_image_glance_finish (result, &glance, &error))
    return;

  self->glance = glance;
  self->looked = TRUE;
  drover_part_row_refresh (DROVER_PART_ROW (self));
}

static void
look_at_image (DroverDiskRow *self, GPtrArray *arguments, const DroverPart *part)
{
  DroverEditor *editor =
    drover_config_get_editor (drover_part_row_get_config (DROVER_PART_ROW (self)));
  g_autofree char *image = drover_disk_dup_image (
    arguments, part, drover_machine_get_directory (drover_editor_get_machine (editor)));

  if (!g_set_str (&self->image, image))
    return;

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  self->looked = FALSE;
  if (image == NULL)
    return;

  self->cancellable = g_cancellable_new ();
  drover_image_glance_async (image, self->cancellable, glanced_cb, self);
}

static char *
dup_subtitle (DroverDiskRow *self, GPtrArray *arguments, const DroverPart *part)
{
  g_autofree char *bus = drover_disk_dup_bus (arguments, part);
  g_autofree char *format = drover_disk_dup_format (arguments, part);
  gboolean there = self->looked && self->glance.exists;
  g_autofree char *size = there && self->glance.size > 0
                            ? g_format_size_full (self->glance.size, G_FORMAT_SIZE_IEC_UNITS)
                            : NULL;
  GPtrArray *words = g_ptr_array_new ();
  char *subtitle;

  if (format == NULL && there)
    format = g_strdup (self->glance.format);
  g_ptr_array_add (words, bus);
  if (self->image == NULL && drover_disk_get_kind (arguments, part) == DROVER_DISK_CD)
    g_ptr_array_add (words, (char *) _("nothing inserted"));
  if (format != NULL)
    g_ptr_array_add (words, format);
  if (size != NULL)
    g_ptr_array_add (words, size);
  g_ptr_array_add (words, NULL);
  subtitle = g_strjoinv (" · ", (char **) words->pdata);
  g_ptr_array_unref (words);
  return subtitle;
}

static void
update_boot (DroverDiskRow *self, GPtrArray *arguments, const DroverPart *part)
{
  g_autofree char *words = NULL;

  if (self->boot == NULL)
    return;

  words = drover_boot_order_dup_words (arguments, part->scope.front);
  adw_action_row_set_subtitle (self->boot, words);
  gtk_widget_set_sensitive (self->earlier,
                            drover_boot_order_can_move (arguments, part->scope.front, -1));
  gtk_widget_set_sensitive (self->later,
                            drover_boot_order_can_move (arguments, part->scope.front, 1));
}

static void
drover_disk_row_update (DroverPartRow *row, GPtrArray *arguments, const DroverPart *part)
{
  DroverDiskRow *self = DROVER_DISK_ROW (row);
  g_autofree char *subtitle = NULL;

  look_at_image (self, arguments, part);
  subtitle = dup_subtitle (self, arguments, part);
  drover_part_row_set_icon (row, drover_disk_get_icon (drover_disk_get_kind (arguments, part)));
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), part->title);
  adw_expander_row_set_subtitle (ADW_EXPANDER_ROW (row), subtitle);
  update_boot (self, arguments, part);
  if (self->insert == NULL)
    return;

  gtk_widget_set_visible (self->insert, drover_part_has_media (arguments, part));
  gtk_widget_set_visible (self->eject,
                          drover_part_has_media (arguments, part) && self->image != NULL);
}

static char *
drover_disk_row_dup_problem (DroverPartRow *row, GPtrArray *arguments, const DroverPart *part)
{
  DroverDiskRow *self = DROVER_DISK_ROW (row);

  if (self->image != NULL && self->looked && !self->glance.exists)
    return g_strdup_printf (_("There is no file %s. Choose the image where it is now, or put it "
                              "back there."),
                            self->image);
  if (part->scope.front < 0)
    return g_strdup (_("No device of the machine uses it, so the guest does not see it."));

  return NULL;
}

static void
move (DroverDiskRow *self, int direction)
{
  DroverPartRow *row = DROVER_PART_ROW (self);
  DroverConfig *config = drover_part_row_get_config (row);
  g_autoptr (GPtrArray) arguments =
    drover_boot_order_move (drover_config_get_arguments (config),
                            drover_part_row_get_part (row)->scope.front, direction);

  if (arguments != NULL)
    drover_config_apply (config, arguments, _("Boot order"), NULL);
}

static void
earlier_cb (DroverDiskRow *self)
{
  g_assert (DROVER_IS_DISK_ROW (self));

  move (self, -1);
}

static void
later_cb (DroverDiskRow *self)
{
  g_assert (DROVER_IS_DISK_ROW (self));

  move (self, 1);
}

static void
set_medium (DroverDiskRow *self, const char *file, const char *label)
{
  DroverPartRow *row = DROVER_PART_ROW (self);
  DroverConfig *config = drover_part_row_get_config (row);
  DroverEditor *editor = drover_config_get_editor (config);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) arguments = drover_part_set_medium (
    drover_config_get_arguments (config), drover_part_row_get_part (row),
    drover_machine_get_directory (drover_editor_get_machine (editor)), file, &error);

  if (arguments != NULL)
    drover_config_apply (config, arguments, label, NULL);
  else
    gtk_widget_activate_action (GTK_WIDGET (self), "win.toast", "s", error->message);
}

static void
medium_chosen_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DroverDiskRow) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GFile) file = gtk_file_dialog_open_finish (GTK_FILE_DIALOG (source), result, &error);

  if (file != NULL && g_file_peek_path (file) != NULL)
    set_medium (self, g_file_peek_path (file), _("Insert medium"));
  else if (file != NULL)
    gtk_widget_activate_action (GTK_WIDGET (self), "win.toast", "s",
                                _("QEMU can open only files that have a path on this computer."));
  else if (!g_error_matches (error, GTK_DIALOG_ERROR, GTK_DIALOG_ERROR_DISMISSED))
    gtk_widget_activate_action (GTK_WIDGET (self), "win.toast", "s", error->message);
}

static void
insert_cb (DroverDiskRow *self)
{
  g_autoptr (GtkFileDialog) dialog = gtk_file_dialog_new ();

  g_assert (DROVER_IS_DISK_ROW (self));

  gtk_file_dialog_set_title (dialog, _("Insert Medium"));
  gtk_file_dialog_open (dialog, GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))), NULL,
                        medium_chosen_cb, g_object_ref (self));
}

static void
eject_cb (DroverDiskRow *self)
{
  g_assert (DROVER_IS_DISK_ROW (self));

  set_medium (self, NULL, _("Eject medium"));
}

static GtkWidget *
add_button (DroverDiskRow *self, const char *title, GCallback callback)
{
  GtkWidget *row = adw_button_row_new ();

  adw_preferences_row_set_use_underline (ADW_PREFERENCES_ROW (row), TRUE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  g_signal_connect_object (row, "activated", callback, self, G_CONNECT_SWAPPED);
  adw_expander_row_add_row (ADW_EXPANDER_ROW (self), row);
  return row;
}

static GtkWidget *
add_arrow (DroverDiskRow *self, const char *icon, const char *name, GCallback callback)
{
  GtkWidget *button = gtk_button_new_from_icon_name (icon);

  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_tooltip_text (button, name);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, name,
                                  -1);
  g_signal_connect_object (button, "clicked", callback, self, G_CONNECT_SWAPPED);
  adw_action_row_add_suffix (self->boot, button);
  return button;
}

static void
drover_disk_row_fill (DroverPartRow *row)
{
  DroverDiskRow *self = DROVER_DISK_ROW (row);

  self->insert = add_button (self, _("_Insert Medium…"), G_CALLBACK (insert_cb));
  self->eject = add_button (self, _("_Eject"), G_CALLBACK (eject_cb));
  drover_part_row_add_settings (row, (const char *const[]) { "disk.boot-index", "disk.node", NULL });
  self->boot = ADW_ACTION_ROW (adw_action_row_new ());
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->boot), _("Boot order"));
  self->earlier = add_arrow (self, "go-up-symbolic", _("Boot Earlier"), G_CALLBACK (earlier_cb));
  self->later = add_arrow (self, "go-down-symbolic", _("Boot Later"), G_CALLBACK (later_cb));
  adw_expander_row_add_row (ADW_EXPANDER_ROW (row), GTK_WIDGET (self->boot));
}

static void
drover_disk_row_dispose (GObject *object)
{
  DroverDiskRow *self = DROVER_DISK_ROW (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);

  G_OBJECT_CLASS (drover_disk_row_parent_class)->dispose (object);
}

static void
drover_disk_row_finalize (GObject *object)
{
  g_clear_pointer (&DROVER_DISK_ROW (object)->image, g_free);

  G_OBJECT_CLASS (drover_disk_row_parent_class)->finalize (object);
}

static void
drover_disk_row_class_init (DroverDiskRowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  DroverPartRowClass *row_class = DROVER_PART_ROW_CLASS (klass);

  object_class->dispose = drover_disk_row_dispose;
  object_class->finalize = drover_disk_row_finalize;
  row_class->fill = drover_disk_row_fill;
  row_class->update = drover_disk_row_update;
  row_class->dup_problem = drover_disk_row_dup_problem;
}

static void
drover_disk_row_init (DroverDiskRow *self)
{
}
