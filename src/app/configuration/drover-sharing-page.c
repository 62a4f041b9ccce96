/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "drover-pages.h"
#include "drover-parts-group.h"
#include "drover-settings-page.h"
#include "drover-share-dialog.h"
#include "drover-share-row.h"
#include "drover-share.h"

/* The folders that the guest sees, what runs for them, and the memory that virtiofs needs. */

typedef struct
{
  DroverConfig *config; /* borrowed: the page's signals end with the page */
  DroverRun *run;
  DroverPartsGroup *shares;
  AdwPreferencesGroup *memory_group;
  AdwSwitchRow *memory;
  GtkWidget *adjust;
  AdwPreferencesGroup *services;
  GPtrArray *service_rows;
  gboolean updating;
} Sharing;

static void
sharing_free (gpointer data)
{
  Sharing *self = data;

  g_object_unref (self->run);
  g_ptr_array_unref (self->service_rows);
  g_free (self);
}

static Sharing *
get_sharing (GtkWidget *page)
{
  return g_object_get_data (G_OBJECT (page), "sharing");
}

static DroverDocument *
get_document (Sharing *self)
{
  return drover_editor_get_document (drover_config_get_editor (self->config));
}

static gboolean
has_virtiofs (DroverDocument *document)
{
  g_autoptr (GPtrArray) shares = drover_shares_list (document);

  for (guint i = 0; i < shares->len; i++)
    if (((const DroverShare *) shares->pdata[i])->method == DROVER_SHARE_VIRTIOFS)
      return TRUE;

  return FALSE;
}

/* Whether it was made an object, and not just split up for another purpose. */
static gboolean
has_object (DroverDocument *document)
{
  g_autoptr (DroverReading) reading =
    drover_setting_read (drover_setting_find ("memory.backend"),
                         drover_document_get_arguments (document), NULL);

  return reading->text != NULL;
}

static void
update_memory (Sharing *self)
{
  DroverDocument *document = get_document (self);
  DroverShareMemory memory = drover_share_get_memory (document);
  gboolean wrong = memory == DROVER_SHARE_MEMORY_WRONG_SIZE;
  gboolean needed = has_virtiofs (document);

  self->updating = TRUE;
  gtk_widget_set_visible (GTK_WIDGET (self->memory_group),
                          needed || (memory != DROVER_SHARE_MEMORY_PRIVATE &&
                                     has_object (document)));
  adw_switch_row_set_active (self->memory, memory != DROVER_SHARE_MEMORY_PRIVATE);
  gtk_widget_set_visible (self->adjust, wrong);
  adw_action_row_set_subtitle (
    ADW_ACTION_ROW (self->memory),
    wrong    ? _("It has another size than the machine, so QEMU will not start.")
    : needed ? _("virtiofsd puts what the guest reads right into its memory. This makes the memory "
                 "an object that both can reach (-object memory-backend-memfd).")
             : _("No folder needs it now. Without it the guest has ordinary memory again."));
  self->updating = FALSE;
}

/* Programs run only while the machine does, but their logs stay. */
static void
update_services (Sharing *self)
{
  GPtrArray *services = drover_run_get_services (self->run);

  for (guint i = 0; i < self->service_rows->len; i++)
    adw_preferences_group_remove (self->services, self->service_rows->pdata[i]);
  g_ptr_array_set_size (self->service_rows, 0);

  for (guint i = 0; i < services->len; i++)
    {
      const DroverService *service = services->pdata[i];
      GtkWidget *row = adw_action_row_new ();
      GtkWidget *button = gtk_button_new_with_mnemonic (_("_Log"));
      g_autofree char *process =
        drover_service_is_alive (service)
          ? g_strdup_printf (_("Runs as process %d"), (int) service->pid) : g_strdup (_("Ended"));

      adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
      adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), service->title);
      adw_action_row_set_subtitle (ADW_ACTION_ROW (row), process);
      gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
      gtk_actionable_set_action_name (GTK_ACTIONABLE (button), "win.show-service-log");
      gtk_actionable_set_action_target (GTK_ACTIONABLE (button), "s", service->id);
      adw_action_row_add_suffix (ADW_ACTION_ROW (row), button);
      adw_preferences_group_add (self->services, row);
      g_ptr_array_add (self->service_rows, row);
    }
  gtk_widget_set_visible (GTK_WIDGET (self->services), services->len > 0);
}

static void
update_cb (GtkWidget *page)
{
  Sharing *self = get_sharing (page);

  if (get_document (self) != NULL)
    update_memory (self);
  update_services (self);
}

static void
set_memory (GtkWidget *page, gboolean shared)
{
  Sharing *self = get_sharing (page);
  g_autoptr (GError) error = NULL;
  g_autoptr (DroverDocument) changed = NULL;

  if (self->updating || get_document (self) == NULL)
    return;

  changed = drover_share_with_memory (get_document (self), shared, &error);
  if (changed == NULL || !drover_editor_apply (drover_config_get_editor (self->config), changed,
                                               _("Shared memory"), NULL, &error))
    gtk_widget_activate_action (page, "win.toast", "s", error->message);
  update_cb (page);
}

static void
memory_cb (GtkWidget *page)
{
  set_memory (page, adw_switch_row_get_active (get_sharing (page)->memory));
}

static void
adjust_cb (GtkWidget *page)
{
  set_memory (page, TRUE);
}

static void
added_cb (DroverPartsGroup *group, const char *id)
{
  drover_parts_group_open (group, id);
}

static void
add_cb (GtkWidget *page)
{
  Sharing *self = get_sharing (page);
  DroverShareDialog *dialog = drover_share_dialog_new (self->config);

  g_signal_connect_object (dialog, "added", G_CALLBACK (added_cb), self->shares,
                           G_CONNECT_SWAPPED);
  adw_dialog_present (ADW_DIALOG (dialog), page);
}

static void
add_shares (GtkWidget *page, Sharing *self)
{
  GtkWidget *button;

  self->shares = drover_parts_group_new (self->config, _("Shared Folders"),
                                         (const char *const[]) { DROVER_PART_SHARE, NULL },
                                         DROVER_TYPE_SHARE_ROW);
  drover_parts_group_set_empty (self->shares, _("No shared folders"),
                                _("The guest sees no folder of this computer."));
  button = drover_parts_group_add_button (self->shares, _("_Share a Folder…"));
  g_signal_connect_object (button, "clicked", G_CALLBACK (add_cb), page, G_CONNECT_SWAPPED);
  adw_preferences_page_add (ADW_PREFERENCES_PAGE (page), ADW_PREFERENCES_GROUP (self->shares));
}

static void
add_memory (GtkWidget *page, Sharing *self)
{
  self->memory_group = ADW_PREFERENCES_GROUP (adw_preferences_group_new ());
  self->memory = ADW_SWITCH_ROW (adw_switch_row_new ());
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (self->memory), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->memory), _("Shared Memory"));
  self->adjust = gtk_button_new_with_mnemonic (_("_Adjust"));
  gtk_widget_set_valign (self->adjust, GTK_ALIGN_CENTER);
  adw_action_row_add_suffix (ADW_ACTION_ROW (self->memory), self->adjust);
  g_signal_connect_object (self->memory, "notify::active", G_CALLBACK (memory_cb), page,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->adjust, "clicked", G_CALLBACK (adjust_cb), page,
                           G_CONNECT_SWAPPED);
  adw_preferences_group_add (self->memory_group, GTK_WIDGET (self->memory));
  adw_preferences_page_add (ADW_PREFERENCES_PAGE (page), self->memory_group);
}

/**
 * drover_sharing_page_new:
 *
 * Returns: (transfer floating): the folders that the guest sees
 */
GtkWidget *
drover_sharing_page_new (DroverConfig *config, DroverRun *run)
{
  GtkWidget *page = GTK_WIDGET (drover_settings_page_new (config));
  Sharing *self = g_new0 (Sharing, 1);

  self->config = config;
  self->run = g_object_ref (run);
  self->service_rows = g_ptr_array_new ();
  g_object_set_data_full (G_OBJECT (page), "sharing", self, sharing_free);
  add_shares (page, self);
  add_memory (page, self);
  self->services = ADW_PREFERENCES_GROUP (adw_preferences_group_new ());
  adw_preferences_group_set_title (self->services, _("Programs Beside QEMU"));
  adw_preferences_page_add (ADW_PREFERENCES_PAGE (page), self->services);

  drover_settings_page_add_page (DROVER_SETTINGS_PAGE (page), "sharing");
  g_signal_connect_object (config, "changed", G_CALLBACK (update_cb), page, G_CONNECT_SWAPPED);
  g_signal_connect_object (run, "notify::state", G_CALLBACK (update_cb), page, G_CONNECT_SWAPPED);
  g_signal_connect_object (run, "service-failed", G_CALLBACK (update_cb), page, G_CONNECT_SWAPPED);
  update_cb (page);
  return page;
}
