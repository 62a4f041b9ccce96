/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "drover-diff-dialog.h"
#include "drover-diff.h"

/* How many unchanged arguments stand around each change. */
#define CONTEXT 2

/* What an action would change on the command line, before it does. */
struct _DroverDiffDialog
{
  AdwDialog parent_instance;

  GtkLabel *description;
  GtkBox *content;
  GtkButton *apply;
};

G_DEFINE_FINAL_TYPE (DroverDiffDialog, drover_diff_dialog, ADW_TYPE_DIALOG)

enum
{
  APPLY,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
apply_cb (DroverDiffDialog *self)
{
  g_assert (DROVER_IS_DIFF_DIALOG (self));

  g_signal_emit (self, signals[APPLY], 0);
  adw_dialog_close (ADW_DIALOG (self));
}

static void
drover_diff_dialog_dispose (GObject *object)
{
  gtk_widget_dispose_template (GTK_WIDGET (object), DROVER_TYPE_DIFF_DIALOG);

  G_OBJECT_CLASS (drover_diff_dialog_parent_class)->dispose (object);
}

static void
drover_diff_dialog_class_init (DroverDiffDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = drover_diff_dialog_dispose;

  /**
   * DroverDiffDialog::apply:
   *
   * The user wants what is shown. The dialog closes then.
   */
  signals[APPLY] = g_signal_new ("apply", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                 NULL, NULL, G_TYPE_NONE, 0);

  gtk_widget_class_set_template_from_resource (
    widget_class, RESOURCE_PATH "/configuration/drover-diff-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, DroverDiffDialog, description);
  gtk_widget_class_bind_template_child (widget_class, DroverDiffDialog, content);
  gtk_widget_class_bind_template_child (widget_class, DroverDiffDialog, apply);
  gtk_widget_class_bind_template_callback (widget_class, apply_cb);
}

static void
drover_diff_dialog_init (DroverDiffDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * drover_diff_dialog_new:
 * @title: the dialog's heading
 * @description: (nullable): a sentence that says what this is
 * @before: (element-type DroverArgument): the arguments as they are
 * @after: (element-type DroverArgument): the arguments as they would be
 * @apply_label: what the button that does it says, with a mnemonic
 *
 * Nothing is changed by the dialog itself: connect to #DroverDiffDialog::apply.
 *
 * Returns: (transfer floating): a dialog for adw_dialog_present()
 */
DroverDiffDialog *
drover_diff_dialog_new (const char *title, const char *description, GPtrArray *before,
                        GPtrArray *after, const char *apply_label)
{
  DroverDiffDialog *self = g_object_new (DROVER_TYPE_DIFF_DIALOG, "title", title, NULL);
  GtkWidget *view = drover_diff_view_new ();

  gtk_label_set_label (self->description, description != NULL ? description : "");
  gtk_widget_set_visible (GTK_WIDGET (self->description), description != NULL);
  gtk_button_set_label (self->apply, apply_label);
  drover_diff_view_show (view, before, after, CONTEXT);
  gtk_box_append (self->content, view);
  return self;
}

typedef struct
{
  DroverConfig *config;
  GPtrArray *before;
  GPtrArray *after;
  char *undo_label;
} Proposal;

static void
proposal_free (gpointer data, GClosure *closure)
{
  Proposal *self = data;

  g_object_unref (self->config);
  g_ptr_array_unref (self->before);
  g_ptr_array_unref (self->after);
  g_free (self->undo_label);
  g_free (self);
}

/* What was shown is done, or nothing is: somebody else may have changed the machine. */
static void
do_it_cb (DroverDiffDialog *dialog, Proposal *self)
{
  GPtrArray *now = drover_config_get_arguments (self->config);
  g_autoptr (GPtrArray) lines = now != NULL ? drover_diff_arguments (self->before, now) : NULL;

  if (lines != NULL && drover_diff_is_empty (lines))
    drover_config_apply (self->config, self->after, self->undo_label, NULL);
  else
    gtk_widget_activate_action (GTK_WIDGET (dialog), "win.toast", "s",
                                _("The machine was changed meanwhile, so nothing was done."));
}

/**
 * drover_diff_dialog_ask:
 * @parent: a widget of the window
 * @title: the dialog's heading
 * @description: (nullable): a sentence that says what this is
 * @arguments: (element-type DroverArgument): what the machine's arguments would be
 * @apply_label: what the button that does it says, with a mnemonic
 * @undo_label: what the change is, for the undo menu
 *
 * Shows what would change, and changes it once the user says so.
 *
 * Returns: (transfer none): the dialog, which is open
 */
DroverDiffDialog *
drover_diff_dialog_ask (GtkWidget *parent, DroverConfig *config, const char *title,
                        const char *description, GPtrArray *arguments, const char *apply_label,
                        const char *undo_label)
{
  GPtrArray *before = drover_config_get_arguments (config);
  DroverDiffDialog *self =
    drover_diff_dialog_new (title, description, before, arguments, apply_label);
  Proposal *proposal = g_new0 (Proposal, 1);

  proposal->config = g_object_ref (config);
  proposal->before = g_ptr_array_ref (before);
  proposal->after = g_ptr_array_ref (arguments);
  proposal->undo_label = g_strdup (undo_label);
  g_signal_connect_data (self, "apply", G_CALLBACK (do_it_cb), proposal, proposal_free,
                         G_CONNECT_DEFAULT);
  adw_dialog_present (ADW_DIALOG (self), parent);
  return self;
}
