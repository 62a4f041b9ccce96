/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "drover-account-page.h"
#include "drover-assistant.h"
#include "drover-creation-page.h"
#include "drover-dex.h"
#include "drover-hardware-page.h"
#include "drover-keyval.h"
#include "drover-media-page.h"
#include "drover-review-page.h"
#include "drover-shell.h"
#include "drover-template-gallery.h"
#include "drover-templates.h"

/* Makes a machine from a template, page by page. */
struct _DroverAssistant
{
  AdwDialog parent_instance;

  DroverLibrary *library;
  DroverDownloads *downloads;
  char *debian_site;
  AdwNavigationView *view;
  GtkWidget *medium_row;
};

G_DEFINE_FINAL_TYPE (DroverAssistant, drover_assistant, ADW_TYPE_DIALOG)

enum
{
  CREATED,
  PASTE,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

typedef enum
{
  STEP_HARDWARE,
  STEP_ACCOUNT,
  STEP_MEDIA,
  STEP_REVIEW,
  STEP_CREATION,
} Step;

static void show_step (DroverAssistant *self, Step step, DroverDraft *draft);

static gboolean
is_needed (Step step, DroverDraft *draft)
{
  g_autoptr (GPtrArray) media = NULL;

  switch (step)
    {
    case STEP_ACCOUNT:
      return drover_template_get_unattended (drover_draft_get_template (draft)) != NULL;
    case STEP_MEDIA:
      media = drover_draft_list_media (draft);
      return media->len > 0;
    case STEP_HARDWARE:
    case STEP_REVIEW:
    case STEP_CREATION:
    default:
      return TRUE;
    }
}

static void
next_cb (DroverAssistant *self, DroverAssistantPage *page)
{
  DroverDraft *draft = drover_assistant_page_get_draft (page);
  Step step = GPOINTER_TO_INT (g_object_get_data (G_OBJECT (page), "step")) + 1;

  g_assert (DROVER_IS_ASSISTANT (self));

  while (!is_needed (step, draft))
    step++;
  show_step (self, step, draft);
}

static void
created_cb (DroverAssistant *self, DroverMachine *machine)
{
  g_assert (DROVER_IS_ASSISTANT (self));

  g_signal_emit (self, signals[CREATED], 0, machine);
  adw_dialog_force_close (ADW_DIALOG (self));
}

static void
close_attempt_cb (DroverAssistant *self)
{
  AdwNavigationPage *page = adw_navigation_view_get_visible_page (self->view);

  if (DROVER_IS_CREATION_PAGE (page))
    drover_creation_page_cancel (DROVER_CREATION_PAGE (page));
}

static void
show_creation (DroverAssistant *self, DroverDraft *draft)
{
  DroverCreationPage *page = drover_creation_page_new (drover_draft_new_creation (draft));

  g_signal_connect_object (page, "created", G_CALLBACK (created_cb), self, G_CONNECT_SWAPPED);
  g_object_bind_property (page, "can-pop", self, "can-close", G_BINDING_SYNC_CREATE);
  adw_navigation_view_push (self->view, ADW_NAVIGATION_PAGE (page));
  drover_creation_page_run (page);
}

static void
show_step (DroverAssistant *self, Step step, DroverDraft *draft)
{
  DroverAssistantPage *page = NULL;

  switch (step)
    {
    case STEP_HARDWARE:
      page = drover_hardware_page_new (draft);
      break;
    case STEP_ACCOUNT:
      page = drover_account_page_new (draft);
      break;
    case STEP_MEDIA:
      page = drover_media_page_new (draft);
      break;
    case STEP_REVIEW:
      page = drover_review_page_new (draft);
      break;
    case STEP_CREATION:
    default:
      show_creation (self, draft);
      return;
    }

  g_object_set_data (G_OBJECT (page), "step", GINT_TO_POINTER (step));
  g_signal_connect_object (page, "next", G_CALLBACK (next_cb), self, G_CONNECT_SWAPPED);
  adw_navigation_view_push (self->view, ADW_NAVIGATION_PAGE (page));
}

static void
chosen_cb (DroverAssistant *self, DroverTemplate *template)
{
  drover_assistant_choose (self, template);
}

/* A file that the user has */

static const DroverTemplateMedium *
find_place (DroverDraft *draft, const DroverDetection *detection, GPtrArray *media)
{
  gboolean is_disk = detection->kind == DROVER_MEDIUM_KIND_CLOUD_IMAGE ||
                     detection->kind == DROVER_MEDIUM_KIND_DISK;

  for (guint i = 0; i < media->len; i++)
    {
      const DroverTemplateMedium *medium = media->pdata[i];

      if (!medium->optional && g_str_equal (medium->kind, is_disk ? "disk" : "iso"))
        return medium;
    }

  return NULL;
}

/* Returns: whether there is a template that has a place for the file */
static gboolean
propose_template (DroverAssistant *self, const DroverDetection *detection, const char *path)
{
  g_autoptr (DroverTemplate) template =
    detection->template_id != NULL ? drover_template_find (detection->template_id, NULL) : NULL;
  g_autoptr (DroverDraft) draft = NULL;
  g_autoptr (GPtrArray) media = NULL;
  const DroverTemplateMedium *medium;
  DroverCreationChoices *choices;

  if (template == NULL)
    return FALSE;

  draft = drover_draft_new (self->library, self->downloads, template, self->debian_site);
  choices = drover_draft_get_choices (draft);
  if (detection->architecture != NULL &&
      drover_template_has_architecture (template, detection->architecture))
    g_set_str (&choices->architecture, detection->architecture);
  media = drover_draft_list_media (draft);
  medium = find_place (draft, detection, media);
  if (medium == NULL)
    return FALSE;

  g_hash_table_replace (choices->media, g_strdup (medium->id), g_strdup (path));
  show_step (self, STEP_HARDWARE, draft);
  return TRUE;
}

/* Alone, without anything else. */
static gboolean
can_start_from (DroverMediumKind kind)
{
  return kind != DROVER_MEDIUM_KIND_OTHER && kind != DROVER_MEDIUM_KIND_RAM_DISK &&
         kind != DROVER_MEDIUM_KIND_EFI;
}

static void
add_medium (GPtrArray *argv, const DroverDetection *detection, const char *path)
{
  g_autofree char *escaped = drover_keyval_escape (path);
  gboolean floppy = detection->kind == DROVER_MEDIUM_KIND_FLOPPY;

  switch (detection->kind)
    {
    case DROVER_MEDIUM_KIND_DISK:
    case DROVER_MEDIUM_KIND_CLOUD_IMAGE:
    case DROVER_MEDIUM_KIND_FLOPPY:
      g_ptr_array_add (argv, g_strdup ("-drive"));
      g_ptr_array_add (argv, g_strdup_printf ("file=%s,format=%s,if=%s", escaped,
                                              detection->format, floppy ? "floppy" : "virtio"));
      break;
    case DROVER_MEDIUM_KIND_KERNEL:
      g_ptr_array_add (argv, g_strdup ("-kernel"));
      g_ptr_array_add (argv, g_strdup (path));
      break;
    case DROVER_MEDIUM_KIND_INSTALLER:
    case DROVER_MEDIUM_KIND_LIVE:
    case DROVER_MEDIUM_KIND_DISC:
    case DROVER_MEDIUM_KIND_OTHER:
    case DROVER_MEDIUM_KIND_RAM_DISK:
    case DROVER_MEDIUM_KIND_EFI:
    default:
      g_ptr_array_add (argv, g_strdup ("-cdrom"));
      g_ptr_array_add (argv, g_strdup (path));
      break;
    }
}

/* A plain machine with the file in it, as a command line to be looked at and changed. */
static void
propose_command (DroverAssistant *self, const DroverDetection *detection, const char *path)
{
  g_autoptr (GPtrArray) argv = g_ptr_array_new_null_terminated (0, g_free, TRUE);
  const char *architecture = detection->architecture != NULL
                               ? detection->architecture
                               : drover_draft_get_host_architecture ();
  g_autofree char *text = NULL;

  g_ptr_array_add (argv, g_strconcat ("qemu-system-", architecture, NULL));
  if (g_str_equal (architecture, "x86_64"))
    {
      g_ptr_array_add (argv, g_strdup ("-machine"));
      g_ptr_array_add (argv, g_strdup ("q35"));
    }
  else if (g_str_equal (architecture, "aarch64"))
    {
      g_ptr_array_add (argv, g_strdup ("-machine"));
      g_ptr_array_add (argv, g_strdup ("virt"));
      g_ptr_array_add (argv, g_strdup ("-cpu"));
      g_ptr_array_add (argv, g_strdup ("max"));
    }
  g_ptr_array_add (argv, g_strdup ("-m"));
  g_ptr_array_add (argv, g_strdup_printf ("%" G_GUINT64_FORMAT "M",
                                          MAX (detection->memory / (1024 * 1024), 2048)));
  add_medium (argv, detection, path);
  text = drover_shell_from_argv ((const char *const *) argv->pdata);
  adw_dialog_close (ADW_DIALOG (self));
  g_signal_emit (self, signals[PASTE], 0, text);
}

typedef struct
{
  DroverAssistant *assistant;
  char *path;
} Looking;

static void
looking_free (gpointer data)
{
  Looking *looking = data;

  g_object_unref (looking->assistant);
  g_free (looking->path);
  g_free (looking);
}

static DexFuture *
detected_cb (DexFuture *future, gpointer user_data)
{
  Looking *looking = user_data;
  DroverAssistant *self = looking->assistant;
  g_autoptr (GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);
  const DroverDetection *detection = value != NULL ? g_value_get_boxed (value) : NULL;

  /* The dialog may be closed, or have gone on. */
  if (self->library == NULL || gtk_widget_get_root (GTK_WIDGET (self)) == NULL)
    return dex_future_new_true ();

  gtk_widget_set_sensitive (self->medium_row, TRUE);
  if (detection == NULL)
    drover_assistant_set_problem (self->medium_row, error->message);
  else if (!can_start_from (detection->kind))
    drover_assistant_set_problem (self->medium_row, detection->note != NULL ? detection->note
                                                                           : detection->text);
  else if (!propose_template (self, detection, looking->path))
    propose_command (self, detection, looking->path);
  return dex_future_new_true ();
}

/**
 * drover_assistant_use_file:
 * @path: an installer, a disk image, or another thing to start from
 *
 * Looks at it, and goes on with the template that has a place for it; or, where there is none,
 * with a command line.
 */
void
drover_assistant_use_file (DroverAssistant *self, const char *path)
{
  Looking *looking;

  g_return_if_fail (DROVER_IS_ASSISTANT (self));

  looking = g_new0 (Looking, 1);
  looking->assistant = g_object_ref (self);
  looking->path = g_strdup (path);
  drover_assistant_set_problem (self->medium_row, NULL);
  gtk_widget_set_sensitive (self->medium_row, FALSE);
  dex_future_disown (dex_future_finally (drover_detect (path), detected_cb, looking, looking_free));
}

static void
file_chosen_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DroverAssistant) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GFile) file = gtk_file_dialog_open_finish (GTK_FILE_DIALOG (source), result, &error);

  if (self->library == NULL || gtk_widget_get_root (GTK_WIDGET (self)) == NULL)
    return;
  if (file != NULL && g_file_peek_path (file) != NULL)
    drover_assistant_use_file (self, g_file_peek_path (file));
  else if (file != NULL)
    drover_assistant_set_problem (self->medium_row, _("QEMU can only use files on this computer"));
  else if (!g_error_matches (error, GTK_DIALOG_ERROR, GTK_DIALOG_ERROR_DISMISSED))
    drover_assistant_set_problem (self->medium_row, error->message);
}

static void
choose_file_cb (DroverAssistant *self)
{
  g_autoptr (GtkFileDialog) dialog = gtk_file_dialog_new ();

  gtk_file_dialog_set_title (dialog, _("Choose an Installer or Disk Image"));
  gtk_file_dialog_open (dialog, GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))), NULL,
                        file_chosen_cb, g_object_ref (self));
}

/* The first page */

static GtkWidget *
create_button_row (DroverAssistant *self, const char *title, const char *icon_name,
                   GCallback callback)
{
  GtkWidget *row = adw_button_row_new ();

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_preferences_row_set_use_underline (ADW_PREFERENCES_ROW (row), TRUE);
  adw_button_row_set_start_icon_name (ADW_BUTTON_ROW (row), icon_name);
  g_signal_connect_object (row, "activated", callback, self, G_CONNECT_SWAPPED);
  return row;
}

static void
paste_activated_cb (DroverAssistant *self)
{
  adw_dialog_close (ADW_DIALOG (self));
  g_signal_emit (self, signals[PASTE], 0, NULL);
}

static GtkWidget *
create_other_ways (DroverAssistant *self)
{
  GtkWidget *group = adw_preferences_group_new ();
  GtkWidget *paste =
    create_button_row (self, _("_Paste a Command Line…"), "utilities-terminal-symbolic",
                       G_CALLBACK (paste_activated_cb));

  self->medium_row =
    create_button_row (self, _("Use an _Installer or Disk Image…"), "media-optical-symbolic",
                       G_CALLBACK (choose_file_cb));
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), self->medium_row);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), paste);
  return group;
}

static GtkWidget *
create_choices (DroverAssistant *self)
{
  GtkWidget *scroll = gtk_scrolled_window_new ();
  GtkWidget *clamp = adw_clamp_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 24);
  GtkWidget *gallery = drover_template_gallery_new ();

  gtk_widget_set_margin_top (box, 12);
  gtk_widget_set_margin_bottom (box, 24);
  gtk_widget_set_margin_start (box, 12);
  gtk_widget_set_margin_end (box, 12);
  gtk_box_append (GTK_BOX (box), create_other_ways (self));
  gtk_box_append (GTK_BOX (box), gallery);
  g_signal_connect_object (gallery, "chosen", G_CALLBACK (chosen_cb), self, G_CONNECT_SWAPPED);
  adw_clamp_set_child (ADW_CLAMP (clamp), box);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroll), clamp);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroll), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  return scroll;
}

static AdwNavigationPage *
create_first_page (DroverAssistant *self)
{
  GtkWidget *view = adw_toolbar_view_new ();

  adw_toolbar_view_add_top_bar (ADW_TOOLBAR_VIEW (view), adw_header_bar_new ());
  adw_toolbar_view_set_content (ADW_TOOLBAR_VIEW (view), create_choices (self));
  return adw_navigation_page_new (view, _("New Machine"));
}

/* The dialog itself */

static void
drover_assistant_dispose (GObject *object)
{
  DroverAssistant *self = DROVER_ASSISTANT (object);

  g_clear_object (&self->library);
  g_clear_object (&self->downloads);
  g_clear_pointer (&self->debian_site, g_free);

  G_OBJECT_CLASS (drover_assistant_parent_class)->dispose (object);
}

static void
drover_assistant_class_init (DroverAssistantClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = drover_assistant_dispose;

  /**
   * DroverAssistant::created:
   * @machine: the new machine
   *
   * A machine was made; the dialog closes.
   */
  signals[CREATED] = g_signal_new ("created", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 1, DROVER_TYPE_MACHINE);
  /**
   * DroverAssistant::paste:
   *
   * @text: (nullable): what to begin with
   *
   * A command line is to be edited instead; the dialog closes.
   */
  signals[PASTE] = g_signal_new ("paste", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                 NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
drover_assistant_init (DroverAssistant *self)
{
  self->view = ADW_NAVIGATION_VIEW (adw_navigation_view_new ());
  adw_navigation_view_push (self->view, create_first_page (self));
  adw_dialog_set_child (ADW_DIALOG (self), GTK_WIDGET (self->view));
  adw_dialog_set_title (ADW_DIALOG (self), _("New Machine"));
  adw_dialog_set_content_width (ADW_DIALOG (self), 640);
  adw_dialog_set_content_height (ADW_DIALOG (self), 720);
  g_signal_connect (self, "close-attempt", G_CALLBACK (close_attempt_cb), NULL);
}

/**
 * drover_assistant_new:
 * @library: where the machine is to be made
 * @downloads: what fetches its media
 * @debian_site: (nullable): where Debian's installer comes from
 *
 * Returns: (transfer floating): a dialog that begins with the choice of a template
 */
DroverAssistant *
drover_assistant_new (DroverLibrary *library, DroverDownloads *downloads, const char *debian_site)
{
  DroverAssistant *self = g_object_new (DROVER_TYPE_ASSISTANT, NULL);

  self->library = g_object_ref (library);
  self->downloads = g_object_ref (downloads);
  self->debian_site = g_strdup (debian_site);
  return self;
}

/**
 * drover_assistant_choose:
 * @template: what the machine is to be made from
 *
 * Goes on from the first page with @template.
 */
void
drover_assistant_choose (DroverAssistant *self, DroverTemplate *template)
{
  g_autoptr (DroverDraft) draft = NULL;

  g_return_if_fail (DROVER_IS_ASSISTANT (self));

  draft = drover_draft_new (self->library, self->downloads, template, self->debian_site);
  show_step (self, STEP_HARDWARE, draft);
}
