/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "drover-account-page.h"
#include "drover-assistant.h"
#include "drover-creation-page.h"
#include "drover-hardware-page.h"
#include "drover-media-page.h"
#include "drover-review-page.h"
#include "drover-template-gallery.h"

/* Makes a machine from a template, page by page. */
struct _DroverAssistant
{
  AdwDialog parent_instance;

  DroverLibrary *library;
  DroverDownloads *downloads;
  char *debian_site;
  AdwNavigationView *view;
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

/* The first page */

static void
chosen_cb (DroverAssistant *self, DroverTemplate *template)
{
  drover_assistant_choose (self, template);
}

static void
paste_activated_cb (DroverAssistant *self)
{
  adw_dialog_close (ADW_DIALOG (self));
  g_signal_emit (self, signals[PASTE], 0);
}

static GtkWidget *
create_other_ways (DroverAssistant *self)
{
  GtkWidget *group = adw_preferences_group_new ();
  GtkWidget *paste = adw_button_row_new ();

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (paste), _("_Paste a Command Line…"));
  adw_preferences_row_set_use_underline (ADW_PREFERENCES_ROW (paste), TRUE);
  adw_button_row_set_start_icon_name (ADW_BUTTON_ROW (paste), "utilities-terminal-symbolic");
  g_signal_connect_object (paste, "activated", G_CALLBACK (paste_activated_cb), self,
                           G_CONNECT_SWAPPED);
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
   * The user has a command line instead; the dialog closes.
   */
  signals[PASTE] = g_signal_new ("paste", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                 NULL, NULL, G_TYPE_NONE, 0);
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
