/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "drover-command-buffer.h"
#include "drover-dex.h"
#include "drover-review-page.h"

/* What will be made, before it is: the files, and the command line with the reason of each
 * argument. */
struct _DroverReviewPage
{
  DroverAssistantPage parent_instance;

  DroverCreation *creation;
  GtkStack *stack;
  AdwStatusPage *failure;
  AdwPreferencesGroup *notices;
  AdwPreferencesGroup *steps;
  DroverCommandBuffer *buffer;
};

G_DEFINE_FINAL_TYPE (DroverReviewPage, drover_review_page, DROVER_TYPE_ASSISTANT_PAGE)

static GtkWidget *
create_row (const char *title, const char *icon_name)
{
  GtkWidget *row = adw_action_row_new ();
  GtkWidget *icon = gtk_image_new_from_icon_name (icon_name);

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  gtk_accessible_update_state (GTK_ACCESSIBLE (icon), GTK_ACCESSIBLE_STATE_HIDDEN, TRUE, -1);
  adw_action_row_add_prefix (ADW_ACTION_ROW (row), icon);
  return row;
}

static void
show_sentences (AdwPreferencesGroup *group, const char *const *sentences, const char *icon_name)
{
  for (guint i = 0; sentences[i] != NULL; i++)
    adw_preferences_group_add (group, create_row (sentences[i], icon_name));
  gtk_widget_set_visible (GTK_WIDGET (group), sentences[0] != NULL);
}

static void
show_plan (DroverReviewPage *self)
{
  DroverDocument *document = drover_creation_get_document (self->creation);

  show_sentences (self->notices, drover_creation_get_notices (self->creation),
                  "dialog-information-symbolic");
  show_sentences (self->steps, drover_creation_get_steps (self->creation), "list-add-symbolic");
  drover_command_buffer_set_command (self->buffer, drover_document_get_program (document),
                                     drover_document_get_arguments (document));
  gtk_stack_set_visible_child_name (self->stack, "plan");
  drover_assistant_page_set_complete (DROVER_ASSISTANT_PAGE (self), TRUE, NULL);
}

static DexFuture *
planned_cb (DexFuture *future, gpointer user_data)
{
  DroverReviewPage *self = user_data;
  g_autoptr (GError) error = NULL;

  /* The page may have been left. */
  if (self->creation == NULL)
    return dex_future_new_true ();

  if (dex_future_get_value (future, &error) != NULL)
    show_plan (self);
  else
    {
      g_autofree char *markup = g_markup_escape_text (error->message, -1);

      adw_status_page_set_description (self->failure, markup);
      gtk_stack_set_visible_child_name (self->stack, "failure");
      drover_assistant_page_set_complete (DROVER_ASSISTANT_PAGE (self), FALSE, error->message);
    }
  return dex_future_new_true ();
}

static void
drover_review_page_dispose (GObject *object)
{
  DroverReviewPage *self = DROVER_REVIEW_PAGE (object);

  if (self->creation != NULL)
    drover_creation_cancel (self->creation);
  g_clear_object (&self->creation);
  g_clear_object (&self->buffer);

  G_OBJECT_CLASS (drover_review_page_parent_class)->dispose (object);
}

static void
drover_review_page_class_init (DroverReviewPageClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = drover_review_page_dispose;
}

static GtkWidget *
create_text (DroverReviewPage *self)
{
  GtkWidget *text = gtk_text_view_new_with_buffer (GTK_TEXT_BUFFER (self->buffer));

  g_object_set (text, "editable", FALSE, "monospace", TRUE, "wrap-mode", GTK_WRAP_WORD_CHAR,
                "accepts-tab", FALSE, "left-margin", 12, "right-margin", 12, "top-margin", 12,
                "bottom-margin", 12, "indent", -32, "pixels-below-lines", 2, NULL);
  gtk_accessible_update_property (GTK_ACCESSIBLE (text), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _("Command line"), -1);
  gtk_widget_add_css_class (text, "card");
  gtk_widget_add_css_class (text, "command-card");
  return text;
}

static GtkWidget *
create_plan (DroverReviewPage *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 24);
  GtkWidget *command = adw_preferences_group_new ();

  self->notices = ADW_PREFERENCES_GROUP (adw_preferences_group_new ());
  self->steps = ADW_PREFERENCES_GROUP (adw_preferences_group_new ());
  adw_preferences_group_set_title (self->steps, _("What Will Be Done"));
  adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (command), _("Command Line"));
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (command), create_text (self));

  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->notices));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->steps));
  gtk_box_append (GTK_BOX (box), command);
  return box;
}

static void
drover_review_page_init (DroverReviewPage *self)
{
  GtkWidget *spinner = adw_spinner_new ();

  self->buffer = drover_command_buffer_new ();
  self->stack = GTK_STACK (gtk_stack_new ());
  gtk_stack_set_vhomogeneous (self->stack, FALSE);
  self->failure = ADW_STATUS_PAGE (adw_status_page_new ());
  adw_status_page_set_icon_name (self->failure, "dialog-warning-symbolic");
  adw_status_page_set_title (self->failure, _("This Cannot Be Made Yet"));
  gtk_widget_set_size_request (spinner, 32, 32);
  gtk_widget_set_margin_top (spinner, 48);
  gtk_stack_add_named (self->stack, spinner, "planning");
  gtk_stack_add_named (self->stack, GTK_WIDGET (self->failure), "failure");
  gtk_stack_add_named (self->stack, create_plan (self), "plan");
  drover_assistant_page_add (DROVER_ASSISTANT_PAGE (self), GTK_WIDGET (self->stack));
  drover_assistant_page_set_label (DROVER_ASSISTANT_PAGE (self), _("C_reate"));
  drover_assistant_page_set_complete (DROVER_ASSISTANT_PAGE (self), FALSE,
                                      _("Looking at what is there…"));
}

/**
 * drover_review_page_new:
 * @draft: what is being made
 *
 * Returns: (transfer floating): the page that shows what will be made
 */
DroverAssistantPage *
drover_review_page_new (DroverDraft *draft)
{
  DroverReviewPage *self = g_object_new (DROVER_TYPE_REVIEW_PAGE, "title", _("Review"), NULL);

  drover_assistant_page_set_draft (DROVER_ASSISTANT_PAGE (self), draft);
  self->creation = drover_draft_new_creation (draft);
  dex_future_disown (dex_future_finally (drover_creation_plan (self->creation), planned_cb,
                                         g_object_ref (self), g_object_unref));
  return DROVER_ASSISTANT_PAGE (self);
}
