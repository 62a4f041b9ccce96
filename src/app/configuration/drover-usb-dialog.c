/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "drover-usb-dialog.h"
#include "drover-usb-host.h"

/* The USB devices that are plugged into this computer, to give one of them to the guest for
 * good. */
struct _DroverUsbDialog
{
  AdwDialog parent_instance;

  DroverConfig *config;
  GPtrArray *devices; /* element-type DroverUsbHost */
};

G_DEFINE_FINAL_TYPE (DroverUsbDialog, drover_usb_dialog, ADW_TYPE_DIALOG)

static void
chosen_cb (GtkWidget *row, DroverUsbDialog *self)
{
  GPtrArray *arguments = drover_config_get_arguments (self->config);
  DroverDocument *document =
    drover_editor_get_document (drover_config_get_editor (self->config));
  const DroverUsbHost *device = g_object_get_data (G_OBJECT (row), "device");
  g_auto (GStrv) properties = drover_usb_host_dup_properties (device);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) changed = NULL;

  g_assert (DROVER_IS_USB_DIALOG (self));

  if (arguments == NULL)
    return;

  changed = drover_parts_add (arguments, drover_document_get_program (document),
                              DROVER_PART_DEVICE, (const char *const *) properties, NULL, &error);
  if (changed == NULL)
    gtk_widget_activate_action (GTK_WIDGET (self), "win.toast", "s", error->message);
  else if (drover_config_apply (self->config, changed, _("Add USB device"), NULL))
    adw_dialog_close (ADW_DIALOG (self));
}

static GtkWidget *
make_row (DroverUsbDialog *self, DroverUsbHost *device)
{
  GtkWidget *row = adw_action_row_new ();
  g_autofree char *id = g_strdup_printf ("%s:%s", device->vendor, device->product);
  g_autofree char *refused =
    device->writable
      ? NULL
      : g_strdup_printf (_("%s. Your user may not use it: a udev rule for this vendor and product "
                           "would allow it."),
                         id);

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), device->title);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), refused != NULL ? refused : id);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row),
                             gtk_image_new_from_icon_name ("list-add-symbolic"));
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), TRUE);
  g_object_set_data (G_OBJECT (row), "device", device);
  g_signal_connect_object (row, "activated", G_CALLBACK (chosen_cb), self, G_CONNECT_DEFAULT);
  return row;
}

static void
drover_usb_dialog_dispose (GObject *object)
{
  DroverUsbDialog *self = DROVER_USB_DIALOG (object);

  g_clear_object (&self->config);
  g_clear_pointer (&self->devices, g_ptr_array_unref);

  G_OBJECT_CLASS (drover_usb_dialog_parent_class)->dispose (object);
}

static void
drover_usb_dialog_class_init (DroverUsbDialogClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = drover_usb_dialog_dispose;
}

static void
drover_usb_dialog_init (DroverUsbDialog *self)
{
  adw_dialog_set_title (ADW_DIALOG (self), _("Add USB Device of This Computer"));
  adw_dialog_set_content_width (ADW_DIALOG (self), 480);
  adw_dialog_set_content_height (ADW_DIALOG (self), 420);
}

static GtkWidget *
make_content (DroverUsbDialog *self)
{
  GtkWidget *page = adw_preferences_page_new ();
  GtkWidget *group = adw_preferences_group_new ();

  if (self->devices->len == 0)
    {
      GtkWidget *empty = adw_status_page_new ();

      adw_status_page_set_icon_name (ADW_STATUS_PAGE (empty), "media-removable-symbolic");
      adw_status_page_set_title (ADW_STATUS_PAGE (empty), _("No USB Devices"));
      adw_status_page_set_description (ADW_STATUS_PAGE (empty),
                                       _("Plug one in, and open this again."));
      return empty;
    }

  adw_preferences_group_set_description (
    ADW_PREFERENCES_GROUP (group),
    _("The machine remembers the device by vendor and product: whenever it is plugged in, also "
      "into another port, the guest gets it and this computer does without."));
  for (guint i = 0; i < self->devices->len; i++)
    adw_preferences_group_add (ADW_PREFERENCES_GROUP (group),
                               make_row (self, self->devices->pdata[i]));
  adw_preferences_page_add (ADW_PREFERENCES_PAGE (page), ADW_PREFERENCES_GROUP (group));
  return page;
}

/**
 * drover_usb_dialog_new:
 * @config: the configuration of a machine
 * @root: where the file system of the computer starts: `/`
 *
 * Returns: (transfer floating): a dialog that adds a USB device of this computer
 */
DroverUsbDialog *
drover_usb_dialog_new (DroverConfig *config, const char *root)
{
  DroverUsbDialog *self = g_object_new (DROVER_TYPE_USB_DIALOG, NULL);
  GtkWidget *view = adw_toolbar_view_new ();

  self->config = g_object_ref (config);
  self->devices = drover_usb_host_list (root);
  adw_toolbar_view_add_top_bar (ADW_TOOLBAR_VIEW (view), adw_header_bar_new ());
  adw_toolbar_view_set_content (ADW_TOOLBAR_VIEW (view), make_content (self));
  adw_dialog_set_child (ADW_DIALOG (self), view);
  return self;
}
