/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "drover-assistant-page.h"

typedef struct
{
  DroverDraft *draft;
  GtkWidget *box;
  GtkWidget *button;
  GtkWidget *why_not; /* why the button cannot be pressed */
} DroverAssistantPagePrivate;

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (DroverAssistantPage, drover_assistant_page,
                                     ADW_TYPE_NAVIGATION_PAGE)

enum
{
  NEXT,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static DroverAssistantPagePrivate *
get_private (DroverAssistantPage *self)
{
  return drover_assistant_page_get_instance_private (self);
}

static void
clicked_cb (DroverAssistantPage *self)
{
  DroverAssistantPageClass *klass = DROVER_ASSISTANT_PAGE_GET_CLASS (self);

  g_assert (DROVER_IS_ASSISTANT_PAGE (self));

  if (klass->next == NULL || klass->next (self))
    g_signal_emit (self, signals[NEXT], 0);
}

static void
drover_assistant_page_dispose (GObject *object)
{
  DroverAssistantPagePrivate *priv = get_private (DROVER_ASSISTANT_PAGE (object));

  g_clear_object (&priv->draft);

  G_OBJECT_CLASS (drover_assistant_page_parent_class)->dispose (object);
}

static void
drover_assistant_page_class_init (DroverAssistantPageClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = drover_assistant_page_dispose;

  /**
   * DroverAssistantPage::next:
   *
   * The page is through.
   */
  signals[NEXT] = g_signal_new ("next", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                NULL, G_TYPE_NONE, 0);
}

static GtkWidget *
create_content (DroverAssistantPagePrivate *priv)
{
  GtkWidget *scroll = gtk_scrolled_window_new ();
  GtkWidget *clamp = adw_clamp_new ();

  priv->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 24);
  gtk_widget_set_margin_top (priv->box, 12);
  gtk_widget_set_margin_bottom (priv->box, 24);
  gtk_widget_set_margin_start (priv->box, 12);
  gtk_widget_set_margin_end (priv->box, 12);
  adw_clamp_set_child (ADW_CLAMP (clamp), priv->box);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroll), clamp);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroll), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  return scroll;
}

static GtkWidget *
create_why_not (void)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_justify (GTK_LABEL (label), GTK_JUSTIFY_CENTER);
  gtk_widget_add_css_class (label, "dim-label");
  gtk_widget_set_margin_top (label, 6);
  gtk_widget_set_margin_bottom (label, 6);
  gtk_widget_set_margin_start (label, 12);
  gtk_widget_set_margin_end (label, 12);
  gtk_widget_set_visible (label, FALSE);
  return label;
}

static void
drover_assistant_page_init (DroverAssistantPage *self)
{
  DroverAssistantPagePrivate *priv = get_private (self);
  GtkWidget *view = adw_toolbar_view_new ();
  GtkWidget *header = adw_header_bar_new ();

  priv->button = gtk_button_new_with_mnemonic (_("_Next"));
  gtk_widget_add_css_class (priv->button, "suggested-action");
  gtk_widget_set_visible (priv->button, FALSE);
  g_signal_connect_object (priv->button, "clicked", G_CALLBACK (clicked_cb), self,
                           G_CONNECT_SWAPPED);
  adw_header_bar_pack_end (ADW_HEADER_BAR (header), priv->button);
  adw_toolbar_view_add_top_bar (ADW_TOOLBAR_VIEW (view), header);
  adw_toolbar_view_set_content (ADW_TOOLBAR_VIEW (view), create_content (priv));
  priv->why_not = create_why_not ();
  adw_toolbar_view_add_bottom_bar (ADW_TOOLBAR_VIEW (view), priv->why_not);
  adw_navigation_page_set_child (ADW_NAVIGATION_PAGE (self), view);
}

/**
 * drover_assistant_page_set_draft:
 * @draft: what is being made
 *
 * To be called once, when the page is made.
 */
void
drover_assistant_page_set_draft (DroverAssistantPage *self, DroverDraft *draft)
{
  g_return_if_fail (DROVER_IS_ASSISTANT_PAGE (self));
  g_set_object (&get_private (self)->draft, draft);
}

/**
 * drover_assistant_page_get_draft:
 *
 * Returns: (transfer none): what is being made
 */
DroverDraft *
drover_assistant_page_get_draft (DroverAssistantPage *self)
{
  g_return_val_if_fail (DROVER_IS_ASSISTANT_PAGE (self), NULL);
  return get_private (self)->draft;
}

/**
 * drover_assistant_page_add:
 * @widget: goes below what is there
 */
void
drover_assistant_page_add (DroverAssistantPage *self, GtkWidget *widget)
{
  g_return_if_fail (DROVER_IS_ASSISTANT_PAGE (self));
  gtk_box_append (GTK_BOX (get_private (self)->box), widget);
}

/**
 * drover_assistant_page_add_group:
 * @title: (nullable): of the group
 * @description: (nullable): below the title
 *
 * Returns: (transfer none): a group for rows, below what is there
 */
AdwPreferencesGroup *
drover_assistant_page_add_group (DroverAssistantPage *self, const char *title,
                                 const char *description)
{
  GtkWidget *group = adw_preferences_group_new ();

  if (title != NULL)
    adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (group), title);
  adw_preferences_group_set_description (ADW_PREFERENCES_GROUP (group), description);
  drover_assistant_page_add (self, group);
  return ADW_PREFERENCES_GROUP (group);
}

/**
 * drover_assistant_page_set_label:
 * @label: of the button that goes on, with a mnemonic
 *
 * Shows the button.
 */
void
drover_assistant_page_set_label (DroverAssistantPage *self, const char *label)
{
  g_return_if_fail (DROVER_IS_ASSISTANT_PAGE (self));

  gtk_button_set_label (GTK_BUTTON (get_private (self)->button), label);
  gtk_widget_set_visible (get_private (self)->button, TRUE);
}

/**
 * drover_assistant_page_set_complete:
 * @complete: whether one can go on
 * @why_not: (nullable): what is missing
 */
void
drover_assistant_page_set_complete (DroverAssistantPage *self, gboolean complete,
                                    const char *why_not)
{
  DroverAssistantPagePrivate *priv;

  g_return_if_fail (DROVER_IS_ASSISTANT_PAGE (self));

  priv = get_private (self);
  gtk_widget_set_sensitive (priv->button, complete);
  gtk_widget_set_tooltip_text (priv->button, complete ? NULL : why_not);
  gtk_label_set_label (GTK_LABEL (priv->why_not), complete || why_not == NULL ? "" : why_not);
  gtk_widget_set_visible (priv->why_not, !complete && why_not != NULL);
}

/* Rows */

/**
 * drover_assistant_add_entry:
 * @title: of the row
 *
 * Returns: (transfer none): an entry's row that drover_assistant_set_problem() can be said of
 */
GtkWidget *
drover_assistant_add_entry (AdwPreferencesGroup *group, const char *title)
{
  GtkWidget *row = adw_entry_row_new ();

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_preferences_group_add (group, row);
  return row;
}

static GtkWidget *
create_problem_row (GtkWidget *row)
{
  GtkWidget *problem = adw_action_row_new ();
  GtkWidget *icon = gtk_image_new_from_icon_name ("dialog-error-symbolic");
  GtkWidget *list = gtk_widget_get_parent (row);

  gtk_accessible_update_state (GTK_ACCESSIBLE (icon), GTK_ACCESSIBLE_STATE_HIDDEN, TRUE, -1);
  adw_action_row_add_prefix (ADW_ACTION_ROW (problem), icon);
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (problem), FALSE);
  gtk_list_box_row_set_selectable (GTK_LIST_BOX_ROW (problem), FALSE);
  gtk_widget_add_css_class (problem, "error");
  gtk_list_box_insert (GTK_LIST_BOX (list), problem,
                       gtk_list_box_row_get_index (GTK_LIST_BOX_ROW (row)) + 1);
  g_object_set_data (G_OBJECT (row), "problem-row", problem);
  return problem;
}

/**
 * drover_assistant_set_problem:
 * @row: a row within a group
 * @message: (nullable): what is wrong with what it says
 *
 * Says it right below the row.
 */
void
drover_assistant_set_problem (GtkWidget *row, const char *message)
{
  GtkWidget *problem = g_object_get_data (G_OBJECT (row), "problem-row");

  if (message != NULL && problem == NULL)
    problem = create_problem_row (row);
  if (problem == NULL)
    return;

  if (message != NULL)
    {
      adw_preferences_row_set_title (ADW_PREFERENCES_ROW (problem), message);
      gtk_widget_add_css_class (row, "error");
    }
  else
    gtk_widget_remove_css_class (row, "error");
  gtk_widget_set_visible (problem, message != NULL);
  gtk_accessible_update_state (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_STATE_INVALID,
                               message != NULL ? GTK_ACCESSIBLE_INVALID_TRUE
                                               : GTK_ACCESSIBLE_INVALID_FALSE,
                               -1);
}

/**
 * drover_assistant_has_problem:
 * @row: a row
 *
 * Returns: whether something is wrong with it, as drover_assistant_set_problem() has said
 */
gboolean
drover_assistant_has_problem (GtkWidget *row)
{
  GtkWidget *problem = g_object_get_data (G_OBJECT (row), "problem-row");

  return problem != NULL && gtk_widget_get_visible (problem);
}
