/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>
#include <string.h>

#include "drover-check-bar.h"
#include "drover-dex.h"

/* What QEMU says of the machine as it is configured now, and the button that asks it. */
struct _DroverCheckBar
{
  AdwBin parent_instance;

  DroverConfig *config;
  DroverDocument *checking; /* what is being checked; NULL when nothing is */
  char *failure;            /* why there was no check */
  gboolean narrow;          /* no room for words beside the buttons */
  gboolean alarming;        /* whether the verdict must be read */

  GtkMenuButton *details;
  GtkStack *icons;
  GtkImage *icon;
  GtkLabel *verdict;
  GtkPopover *popover;
  GtkLabel *explanation;
  GtkListBox *problems;
  GtkWidget *output_box;
  GtkLabel *output;
  GtkWidget *check;
  GtkLabel *words; /* the verdict on a line of its own; the owner shows it somewhere */
};

G_DEFINE_FINAL_TYPE (DroverCheckBar, drover_check_bar, ADW_TYPE_BIN)

static const char *const verdict_classes[] = { "success", "warning", "error" };

static char *
dup_first_line (const char *text)
{
  return g_strndup (text, strcspn (text, "\n"));
}

static char *
dup_argument (DroverConfig *config, int index)
{
  GPtrArray *arguments = drover_config_get_arguments (config);
  DroverArgument *argument;
  const char *flag;
  const char *value;

  if (arguments == NULL || index < 0 || index >= (int) arguments->len)
    return NULL;

  argument = arguments->pdata[index];
  flag = drover_argument_get_flag (argument);
  value = drover_argument_get_value (argument);
  if (flag != NULL && value != NULL)
    return g_strdup_printf ("%s %s", flag, value);
  return g_strdup (flag != NULL ? flag : value);
}

static GtkWidget *
create_row (DroverCheckBar *self, const DroverCheckProblem *problem)
{
  GtkWidget *row = adw_action_row_new ();
  g_autofree char *argument = dup_argument (self->config, problem->argument);
  GtkWidget *icon = gtk_image_new_from_icon_name (problem->fatal ? "dialog-error-symbolic"
                                                                 : "dialog-warning-symbolic");

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), problem->message);
  if (argument != NULL)
    {
      adw_action_row_set_subtitle (ADW_ACTION_ROW (row), argument);
      adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 2);
    }
  gtk_widget_add_css_class (icon, problem->fatal ? "error" : "warning");
  gtk_accessible_update_property (GTK_ACCESSIBLE (icon), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  problem->fatal ? _("Error") : _("Warning"), -1);
  adw_action_row_add_prefix (ADW_ACTION_ROW (row), icon);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), problem->argument >= 0);
  return row;
}

static void
show_problems (DroverCheckBar *self, DroverCheck *check)
{
  gtk_list_box_remove_all (self->problems);
  for (guint i = 0; check != NULL && i < check->problems->len; i++)
    gtk_list_box_append (self->problems, create_row (self, check->problems->pdata[i]));
  gtk_widget_set_visible (GTK_WIDGET (self->problems),
                          check != NULL && check->problems->len > 0);

  gtk_label_set_label (self->output, check != NULL ? check->output : "");
  gtk_widget_set_visible (self->output_box, check != NULL && *check->output != '\0');
}

/* What must be read has a line of its own, for it may be long; where it is narrow an icon must do
 * for the rest. */
static void
update_words (DroverCheckBar *self)
{
  gboolean spoken = !self->narrow && !self->alarming;

  gtk_widget_set_visible (GTK_WIDGET (self->verdict), spoken);
  gtk_widget_set_visible (GTK_WIDGET (self->words), self->alarming);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->details),
                               spoken ? _("Show Details") : gtk_label_get_label (self->verdict));
}

static void
set_verdict (DroverCheckBar *self, const char *text, const char *icon, const char *css_class)
{
  gtk_label_set_label (self->verdict, text);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->details), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  text, -1);
  gtk_stack_set_visible_child_name (self->icons, icon != NULL ? "icon" : "spinner");
  gtk_image_set_from_icon_name (self->icon, icon);
  for (guint i = 0; i < G_N_ELEMENTS (verdict_classes); i++)
    gtk_widget_remove_css_class (GTK_WIDGET (self->icon), verdict_classes[i]);
  if (css_class != NULL)
    gtk_widget_add_css_class (GTK_WIDGET (self->icon), css_class);
  gtk_label_set_label (self->words, text);
  self->alarming = css_class != NULL && !g_str_equal (css_class, "success");
  update_words (self);
}

static void
show_check (DroverCheckBar *self, DroverCheck *check)
{
  const DroverCheckProblem *first = check->problems->len > 0 ? check->problems->pdata[0] : NULL;

  if (!check->passed)
    {
      g_autofree char *line = dup_first_line (first->message);
      g_autofree char *text = g_strdup_printf (_("QEMU refuses: %s"), line);

      set_verdict (self, text, "dialog-error-symbolic", "error");
      gtk_label_set_label (self->explanation,
                           _("With this command line the machine does not start."));
    }
  else if (first != NULL)
    {
      set_verdict (self, _("QEMU accepts this command line, with remarks"),
                   "dialog-warning-symbolic", "warning");
      gtk_label_set_label (self->explanation, _("The machine starts. This is worth a look:"));
    }
  else
    {
      set_verdict (self, _("QEMU accepts this command line"), "object-select-symbolic", "success");
      gtk_label_set_label (self->explanation,
                           _("The machine starts: QEMU was started with this command line, "
                             "paused, and ended again. No disk image was changed."));
    }
}

static void
update (DroverCheckBar *self)
{
  DroverCheck *check = drover_config_get_check (self->config);

  gtk_widget_set_sensitive (self->check, self->checking == NULL);
  show_problems (self, self->checking == NULL ? check : NULL);
  if (self->checking != NULL)
    {
      set_verdict (self, _("Checking…"), NULL, NULL);
      gtk_label_set_label (self->explanation, _("QEMU is being asked."));
    }
  else if (check != NULL)
    show_check (self, check);
  else if (self->failure != NULL)
    {
      g_autofree char *line = dup_first_line (self->failure);

      set_verdict (self, line, "dialog-error-symbolic", "error");
      gtk_label_set_label (self->explanation, self->failure);
    }
  else
    {
      set_verdict (self, _("Not checked yet"), "dialog-question-symbolic", NULL);
      gtk_label_set_label (self->explanation,
                           _("“Check” starts QEMU with this command line, paused, and ends it "
                             "again, to hear what it says. No disk image is changed."));
    }
}

static void
row_activated_cb (DroverCheckBar *self, GtkListBoxRow *row)
{
  DroverCheck *check = drover_config_get_check (self->config);
  guint index = gtk_list_box_row_get_index (row);
  const DroverCheckProblem *problem;

  if (check == NULL || index >= check->problems->len)
    return;

  problem = check->problems->pdata[index];
  gtk_popover_popdown (self->popover);
  drover_config_select (self->config, problem->argument, problem->start, problem->end);
}

static void
changed_cb (DroverCheckBar *self)
{
  g_clear_pointer (&self->failure, g_free);
  update (self);
}

/* The result is of the document that was checked, which may have been changed meanwhile. */
static DexFuture *
checked_cb (DexFuture *future, gpointer user_data)
{
  DroverCheckBar *self = user_data;
  g_autoptr (DroverDocument) document = g_steal_pointer (&self->checking);
  g_autoptr (GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);

  /* It was closed meanwhile. */
  if (self->config == NULL)
    return dex_future_new_true ();

  if (drover_editor_get_document (drover_config_get_editor (self->config)) == document)
    {
      if (value != NULL)
        drover_config_set_check (self->config, g_value_get_boxed (value));
      else
        g_set_str (&self->failure, error->message);
    }
  update (self);
  return dex_future_new_true ();
}

/**
 * drover_check_bar_check:
 *
 * Starts a dry run, unless one is under way. Its result goes to the #DroverConfig.
 */
void
drover_check_bar_check (DroverCheckBar *self)
{
  DroverDocument *document;
  DroverEditor *editor;
  DexFuture *future;

  g_return_if_fail (DROVER_IS_CHECK_BAR (self));

  editor = drover_config_get_editor (self->config);
  document = drover_editor_get_document (editor);
  if (self->checking != NULL || document == NULL)
    return;

  self->checking = drover_document_ref (document);
  g_clear_pointer (&self->failure, g_free);
  future = drover_check_run (document,
                             drover_machine_get_directory (drover_editor_get_machine (editor)));
  dex_future_disown (
    dex_future_finally (future, checked_cb, g_object_ref (self), g_object_unref));
  update (self);
}

static void
drover_check_bar_dispose (GObject *object)
{
  DroverCheckBar *self = DROVER_CHECK_BAR (object);

  gtk_widget_dispose_template (GTK_WIDGET (object), DROVER_TYPE_CHECK_BAR);
  g_clear_object (&self->words);
  g_clear_object (&self->config);
  g_clear_pointer (&self->checking, drover_document_unref);
  g_clear_pointer (&self->failure, g_free);

  G_OBJECT_CLASS (drover_check_bar_parent_class)->dispose (object);
}

static void
drover_check_bar_class_init (DroverCheckBarClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = drover_check_bar_dispose;

  gtk_widget_class_set_template_from_resource (widget_class,
                                               RESOURCE_PATH "/configuration/drover-check-bar.ui");
  gtk_widget_class_bind_template_child (widget_class, DroverCheckBar, details);
  gtk_widget_class_bind_template_child (widget_class, DroverCheckBar, icons);
  gtk_widget_class_bind_template_child (widget_class, DroverCheckBar, icon);
  gtk_widget_class_bind_template_child (widget_class, DroverCheckBar, verdict);
  gtk_widget_class_bind_template_child (widget_class, DroverCheckBar, popover);
  gtk_widget_class_bind_template_child (widget_class, DroverCheckBar, explanation);
  gtk_widget_class_bind_template_child (widget_class, DroverCheckBar, problems);
  gtk_widget_class_bind_template_child (widget_class, DroverCheckBar, output_box);
  gtk_widget_class_bind_template_child (widget_class, DroverCheckBar, output);
  gtk_widget_class_bind_template_child (widget_class, DroverCheckBar, check);
  gtk_widget_class_bind_template_callback (widget_class, row_activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, drover_check_bar_check);
}

static void
drover_check_bar_init (DroverCheckBar *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));

  self->words = GTK_LABEL (g_object_ref_sink (gtk_label_new (NULL)));
  gtk_label_set_wrap (self->words, TRUE);
  gtk_label_set_wrap_mode (self->words, PANGO_WRAP_WORD_CHAR);
  gtk_label_set_xalign (self->words, 0);
  gtk_widget_add_css_class (GTK_WIDGET (self->words), "verdict");
}

/**
 * drover_check_bar_new:
 * @config: the configuration that it is about
 *
 * Returns: (transfer floating): a bar that tells the last dry run of @config
 */
DroverCheckBar *
drover_check_bar_new (DroverConfig *config)
{
  DroverCheckBar *self = g_object_new (DROVER_TYPE_CHECK_BAR, NULL);

  self->config = g_object_ref (config);
  g_signal_connect_object (config, "notify::check", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (config, "changed", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  update (self);
  return self;
}

/**
 * drover_check_bar_set_narrow:
 * @narrow: whether there is room for the buttons only
 *
 * What is not alarming is then said by an icon, and its tooltip.
 */
void
drover_check_bar_set_narrow (DroverCheckBar *self, gboolean narrow)
{
  g_return_if_fail (DROVER_IS_CHECK_BAR (self));

  self->narrow = narrow;
  update_words (self);
}

/**
 * drover_check_bar_get_words:
 *
 * Returns: (transfer none): what must be read, for the bar's owner to put above or below it; it
 *   shows and hides itself
 */
GtkWidget *
drover_check_bar_get_words (DroverCheckBar *self)
{
  g_return_val_if_fail (DROVER_IS_CHECK_BAR (self), NULL);
  return GTK_WIDGET (self->words);
}
