/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "drover-changes-dialog.h"
#include "drover-disk-facts.h"
#include "drover-editor.h"
#include "drover-hot.h"
#include "drover-machine-page.h"
#include "drover-media-button.h"
#include "drover-part.h"

/* So many characters of a medium's name fit into the menu of a narrow window. */
#define NAME_CHARS 24

/* The CD and floppy drives of a machine that runs: what is in them, and another medium or none.
 * A change is saved, and tried in the running machine, as if it were made in the configuration. */
struct _DroverMediaButton
{
  AdwBin parent_instance;

  DroverRun *run;
  GtkMenuButton *button;
};

G_DEFINE_FINAL_TYPE (DroverMediaButton, drover_media_button, ADW_TYPE_BIN)

static DroverEditor *
get_editor (DroverMediaButton *self)
{
  return drover_editor_get_for_machine (drover_run_get_machine (self->run));
}

static const char *
get_directory (DroverMediaButton *self)
{
  return drover_machine_get_directory (drover_run_get_machine (self->run));
}

static void
toast (DroverMediaButton *self, const char *message)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "win.toast", "s", message);
}

/* --- the menu --------------------------------------------------------------------------------- */

/* What is in the middle of a file's name tells less than its ends. */
static char *
shorten (const char *name)
{
  glong n = g_utf8_strlen (name, -1);
  g_autofree char *start = NULL;

  if (n <= NAME_CHARS)
    return g_strdup (name);

  start = g_utf8_substring (name, 0, NAME_CHARS / 2);
  return g_strconcat (start, "…", g_utf8_offset_to_pointer (name, n - NAME_CHARS / 2 + 1), NULL);
}

/* Whether the running machine does not have it so, once that is known. */
static gboolean
waits (DroverMediaButton *self, const DroverPart *drive)
{
  DroverHot *hot = drover_hot_get_for_run (self->run);
  DroverHotPlan *plan = drover_hot_is_busy (hot) ? NULL : drover_hot_get_plan (hot);
  const int arguments[] = { drive->scope.front, drive->scope.back, drive->scope.file };

  for (guint i = 0; plan != NULL && i < G_N_ELEMENTS (arguments); i++)
    if (drover_hot_plan_find (plan, arguments[i]) != NULL)
      return TRUE;

  return FALSE;
}

static char *
dup_label (DroverMediaButton *self, GPtrArray *arguments, const DroverPart *drive)
{
  g_autofree char *image = drover_disk_dup_image (arguments, drive, get_directory (self));
  g_autofree char *name = image != NULL ? g_path_get_basename (image) : NULL;
  g_autofree char *short_name = name != NULL ? shorten (name) : NULL;
  const char *kind =
    drover_disk_get_kind (arguments, drive) == DROVER_DISK_FLOPPY ? _("Floppy") : _("CD");

  return g_strdup_printf ("%s: %s", kind, short_name != NULL ? short_name : _("empty"));
}

static void
add_item (GMenu *menu, const char *label, const char *action, const char *target)
{
  g_autoptr (GMenuItem) item = g_menu_item_new (label, NULL);

  g_menu_item_set_action_and_target (item, action, "s", target);
  g_menu_append_item (menu, item);
}

static void
add_drive (DroverMediaButton *self, GMenu *menu, GPtrArray *arguments, const DroverPart *drive)
{
  g_autoptr (GMenu) section = g_menu_new ();
  g_autofree char *label = dup_label (self, arguments, drive);
  g_autofree char *image = drover_disk_dup_image (arguments, drive, get_directory (self));

  add_item (section, _("_Insert Image…"), "media.insert", drive->id);
  if (image != NULL)
    add_item (section, _("_Eject"), "media.eject", drive->id);
  if (waits (self, drive))
    g_menu_append (section, _("_Waits for the Next Start…"), "media.show-changes");
  g_menu_append_section (menu, label, G_MENU_MODEL (section));
}

static void
update (DroverMediaButton *self)
{
  GPtrArray *arguments = drover_editor_get_arguments (get_editor (self));
  g_autoptr (GPtrArray) disks =
    arguments != NULL && drover_run_is_live (self->run)
      ? drover_parts_list (arguments, DROVER_PART_DISK) : NULL;
  g_autoptr (GMenu) menu = g_menu_new ();

  g_assert (DROVER_IS_MEDIA_BUTTON (self));

  for (guint i = 0; disks != NULL && i < disks->len; i++)
    if (drover_part_has_media (arguments, disks->pdata[i]))
      add_drive (self, menu, arguments, disks->pdata[i]);

  gtk_widget_set_visible (GTK_WIDGET (self), g_menu_model_get_n_items (G_MENU_MODEL (menu)) > 0);
  gtk_menu_button_set_menu_model (self->button, G_MENU_MODEL (menu));
}

/* --- what it does ----------------------------------------------------------------------------- */

typedef struct
{
  DroverMediaButton *self;
  char *drive;
} Choice;

static void
choice_free (Choice *choice)
{
  g_object_unref (choice->self);
  g_free (choice->drive);
  g_free (choice);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Choice, choice_free)

static void
chosen_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Choice) choice = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GFile) file = gtk_file_dialog_open_finish (GTK_FILE_DIALOG (source), result, &error);

  /* The page may be gone by now. */
  if (choice->self->run == NULL)
    return;

  if (file != NULL && g_file_peek_path (file) != NULL)
    drover_media_button_set_medium (choice->self, choice->drive, g_file_peek_path (file));
  else if (file != NULL)
    toast (choice->self, _("QEMU can open only files that have a path on this computer."));
  else if (!g_error_matches (error, GTK_DIALOG_ERROR, GTK_DIALOG_ERROR_DISMISSED))
    toast (choice->self, error->message);
}

static void
insert_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  g_autoptr (GtkFileDialog) dialog = gtk_file_dialog_new ();
  Choice *choice = g_new0 (Choice, 1);

  choice->self = g_object_ref (DROVER_MEDIA_BUTTON (widget));
  choice->drive = g_variant_dup_string (parameter, NULL);
  gtk_file_dialog_set_title (dialog, _("Insert Medium"));
  gtk_file_dialog_open (dialog, GTK_WINDOW (gtk_widget_get_root (widget)), NULL, chosen_cb, choice);
}

static void
eject_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  drover_media_button_set_medium (DROVER_MEDIA_BUTTON (widget),
                                  g_variant_get_string (parameter, NULL), NULL);
}

/* Why, and what can be done about it. */
static void
show_changes_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  GtkWidget *page = gtk_widget_get_ancestor (widget, DROVER_TYPE_MACHINE_PAGE);

  drover_changes_dialog_present (
    page, drover_machine_page_show_configuration (DROVER_MACHINE_PAGE (page)));
}

static void
drover_media_button_dispose (GObject *object)
{
  g_clear_object (&DROVER_MEDIA_BUTTON (object)->run);

  G_OBJECT_CLASS (drover_media_button_parent_class)->dispose (object);
}

static void
drover_media_button_class_init (DroverMediaButtonClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = drover_media_button_dispose;
  gtk_widget_class_install_action (widget_class, "media.insert", "s", insert_action);
  gtk_widget_class_install_action (widget_class, "media.eject", "s", eject_action);
  gtk_widget_class_install_action (widget_class, "media.show-changes", NULL, show_changes_action);
}

static void
drover_media_button_init (DroverMediaButton *self)
{
  self->button = GTK_MENU_BUTTON (gtk_menu_button_new ());
  gtk_menu_button_set_icon_name (self->button, "media-optical-symbolic");
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->button), _("CDs and Floppies"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _("CDs and Floppies"), -1);
  adw_bin_set_child (ADW_BIN (self), GTK_WIDGET (self->button));
}

/**
 * drover_media_button_set_run:
 * @run: the run of a machine
 *
 * To be called once: whose drives it shows, while the machine runs.
 */
void
drover_media_button_set_run (DroverMediaButton *self, DroverRun *run)
{
  g_return_if_fail (DROVER_IS_MEDIA_BUTTON (self));
  g_return_if_fail (DROVER_IS_RUN (run) && self->run == NULL);

  self->run = g_object_ref (run);
  g_signal_connect_object (run, "notify::state", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (drover_hot_get_for_run (run), "changed", G_CALLBACK (update), self,
                           G_CONNECT_SWAPPED);
  update (self);
}

/**
 * drover_media_button_set_medium:
 * @drive: the id of a drive of the machine
 * @file: (nullable): what is put into it; %NULL for nothing
 *
 * Saves it for the next start, and tries it in the running machine. The page says which of the
 * two happened.
 */
void
drover_media_button_set_medium (DroverMediaButton *self, const char *drive, const char *file)
{
  DroverEditor *editor;
  g_autoptr (DroverPart) part = NULL;
  g_autoptr (GPtrArray) arguments = NULL;
  g_autoptr (GError) error = NULL;

  g_return_if_fail (DROVER_IS_MEDIA_BUTTON (self));

  /* The menu may have been open while the machine was changed. */
  editor = get_editor (self);
  part = drover_editor_get_arguments (editor) != NULL
           ? drover_parts_find (drover_editor_get_arguments (editor), drive) : NULL;
  if (part == NULL)
    {
      toast (self, _("The machine no longer has this drive."));
      return;
    }

  arguments = drover_part_set_medium (drover_editor_get_arguments (editor), part,
                                      get_directory (self), file, &error);
  if (arguments == NULL ||
      !drover_editor_apply_arguments (editor, arguments,
                                      file != NULL ? _("Insert medium") : _("Eject medium"), NULL,
                                      &error))
    toast (self, error->message);
}
