/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "drover-share-row.h"
#include "drover-share.h"

/* One shared folder, and what the guest has to be told to see it. */

static const struct
{
  DroverShareMount what;
  const char *title;
  gboolean can_copy;
} mounts[] = {
  { DROVER_SHARE_MOUNT_LINUX, N_("In a Linux Guest"), TRUE },
  { DROVER_SHARE_MOUNT_FSTAB, N_("At Each Start of It: a Line for /etc/fstab"), TRUE },
  { DROVER_SHARE_MOUNT_WINDOWS, N_("In a Windows Guest"), FALSE },
};

struct _DroverShareRow
{
  DroverPartRow parent_instance;

  AdwActionRow *mounts[G_N_ELEMENTS (mounts)];
};

G_DEFINE_FINAL_TYPE (DroverShareRow, drover_share_row, DROVER_TYPE_PART_ROW)

static DroverShare *
find_share (DroverPartRow *row, const DroverPart *part)
{
  DroverDocument *document =
    drover_editor_get_document (drover_config_get_editor (drover_part_row_get_config (row)));
  g_autoptr (GPtrArray) shares = document != NULL ? drover_shares_list (document) : NULL;

  for (guint i = 0; shares != NULL && i < shares->len; i++)
    if (g_str_equal (((const DroverShare *) shares->pdata[i])->id, part->id))
      return g_ptr_array_steal_index (shares, i);

  return NULL;
}

static char *
dup_subtitle (const DroverShare *share)
{
  const char *words[5];
  guint n = 0;

  words[n++] = drover_share_method_get_name (share->method);
  if (share->read_only)
    words[n++] = _("read-only");
  if (share->tag != NULL)
    words[n++] = share->tag;
  words[n] = NULL;
  return g_strjoinv (" · ", (char **) words);
}

static void
drover_share_row_update (DroverPartRow *row, GPtrArray *arguments, const DroverPart *part)
{
  DroverShareRow *self = DROVER_SHARE_ROW (row);
  g_autoptr (DroverShare) share = find_share (row, part);
  g_autofree char *subtitle = share != NULL ? dup_subtitle (share) : NULL;

  drover_part_row_set_icon (row, "folder-publicshare-symbolic");
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row),
                                 share != NULL && share->path != NULL ? share->path : part->title);
  adw_expander_row_set_subtitle (ADW_EXPANDER_ROW (row), subtitle != NULL ? subtitle : "");
  if (self->mounts[0] == NULL)
    return;

  for (guint i = 0; i < G_N_ELEMENTS (mounts); i++)
    {
      g_autofree char *text = share != NULL ? drover_share_dup_mount (share, mounts[i].what) : NULL;

      gtk_widget_set_visible (GTK_WIDGET (self->mounts[i]), text != NULL);
      adw_action_row_set_subtitle (self->mounts[i], text != NULL ? text : "");
    }
}

static char *
dup_virtiofs_problem (DroverPartRow *row, const DroverShare *share)
{
  DroverDocument *document =
    drover_editor_get_document (drover_config_get_editor (drover_part_row_get_config (row)));
  g_autoptr (GError) missing = NULL;
  g_autofree char *program = share->by_drover ? drover_virtiofs_find (&missing) : NULL;

  if (missing != NULL)
    return g_strdup (missing->message);

  switch (drover_share_get_memory (document))
    {
    case DROVER_SHARE_MEMORY_PRIVATE:
      return g_strdup (_("virtiofsd cannot reach the guest’s memory, so QEMU will not start. Turn "
                         "on Shared Memory below."));
    case DROVER_SHARE_MEMORY_WRONG_SIZE:
      return g_strdup (_("The shared memory has another size than the machine, so QEMU will not "
                         "start. Adjust it below."));
    case DROVER_SHARE_MEMORY_SHARED:
    default:
      return NULL;
    }
}

static char *
drover_share_row_dup_problem (DroverPartRow *row, GPtrArray *arguments, const DroverPart *part)
{
  DroverCatalogue *catalogue = drover_config_get_catalogue (drover_part_row_get_config (row));
  g_autoptr (DroverShare) share = find_share (row, part);

  if (share == NULL)
    return NULL;
  if (share->path != NULL && !g_file_test (share->path, G_FILE_TEST_IS_DIR))
    return g_strdup (_("This computer has no such folder."));
  if (share->method != DROVER_SHARE_VIRTIOFS)
    return NULL;
  if (catalogue != NULL && !drover_catalogue_find_device (catalogue, "vhost-user-fs-pci", NULL) &&
      !drover_catalogue_find_device (catalogue, "vhost-user-fs-device", NULL) &&
      !drover_catalogue_find_device (catalogue, "vhost-user-fs-ccw", NULL))
    return g_strdup (_("This QEMU has no virtiofs. Share the folder by 9p."));

  return dup_virtiofs_problem (row, share);
}

static void
copy_cb (DroverShareRow *self, GtkWidget *button)
{
  AdwActionRow *row = g_object_get_data (G_OBJECT (button), "row");

  gdk_clipboard_set_text (gtk_widget_get_clipboard (button), adw_action_row_get_subtitle (row));
  gtk_widget_activate_action (button, "win.toast", "s", _("Copied"));
}

static void
add_copy_button (DroverShareRow *self, AdwActionRow *row)
{
  GtkWidget *button = gtk_button_new_from_icon_name ("edit-copy-symbolic");

  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_tooltip_text (button, _("Copy"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Copy"),
                                  -1);
  g_object_set_data (G_OBJECT (button), "row", row);
  g_signal_connect_object (button, "clicked", G_CALLBACK (copy_cb), self, G_CONNECT_SWAPPED);
  adw_action_row_add_suffix (row, button);
}

static void
drover_share_row_fill (DroverPartRow *row)
{
  DroverShareRow *self = DROVER_SHARE_ROW (row);

  for (guint i = 0; i < G_N_ELEMENTS (mounts); i++)
    {
      GtkWidget *mount = adw_action_row_new ();

      self->mounts[i] = ADW_ACTION_ROW (mount);
      adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (mount), FALSE);
      adw_preferences_row_set_title (ADW_PREFERENCES_ROW (mount), _(mounts[i].title));
      if (mounts[i].can_copy)
        {
          gtk_widget_add_css_class (mount, "property");
          gtk_widget_add_css_class (mount, "monospace");
          adw_action_row_set_subtitle_selectable (self->mounts[i], TRUE);
          add_copy_button (self, self->mounts[i]);
        }
      adw_expander_row_add_row (ADW_EXPANDER_ROW (row), mount);
    }
  drover_part_row_add_settings (row, NULL);
}

static void
drover_share_row_class_init (DroverShareRowClass *klass)
{
  DroverPartRowClass *row_class = DROVER_PART_ROW_CLASS (klass);

  row_class->fill = drover_share_row_fill;
  row_class->update = drover_share_row_update;
  row_class->dup_problem = drover_share_row_dup_problem;
}

static void
drover_share_row_init (DroverShareRow *self)
{
}
