/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#include "drover-alert.h"
#include "drover-command-modernise.h"
#include "drover-shell.h"

/* An older spelling is rewritten only after it was seen what becomes of it. */

typedef struct
{
  DroverConfig *config;
  GPtrArray *before;
  GPtrArray *after;
} Proposal;

static void
proposal_free (Proposal *self)
{
  g_object_unref (self->config);
  g_ptr_array_unref (self->before);
  g_ptr_array_unref (self->after);
  g_free (self);
}

/**
 * drover_command_dup_line:
 * @argument: an argument
 *
 * Returns: (transfer full): it as a shell reads it
 */
char *
drover_command_dup_line (DroverArgument *argument)
{
  const char *flag = drover_argument_get_flag (argument);
  const char *value = drover_argument_get_value (argument);
  g_autofree char *flag_word = flag != NULL ? drover_shell_quote (flag) : NULL;
  g_autofree char *value_word = value != NULL ? drover_shell_quote (value) : NULL;

  if (flag == NULL)
    return g_steal_pointer (&value_word);

  return value != NULL ? g_strjoin (" ", flag_word, value_word, NULL)
                       : g_steal_pointer (&flag_word);
}

static GHashTable *
list_lines (GPtrArray *arguments)
{
  GHashTable *lines = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < arguments->len; i++)
    g_hash_table_add (lines, drover_command_dup_line (arguments->pdata[i]));

  return lines;
}

/* Colour and sign are said in words too. */
static void
add_lines (GtkBox *box, GPtrArray *arguments, GPtrArray *others, gboolean comes)
{
  g_autoptr (GHashTable) known = list_lines (others);

  for (guint i = 0; i < arguments->len; i++)
    {
      g_autofree char *line = drover_command_dup_line (arguments->pdata[i]);
      g_autofree char *shown = g_strdup_printf ("%s %s", comes ? "+" : "−", line);
      g_autofree char *spoken =
        comes ? g_strdup_printf (_("Comes: %s"), line) : g_strdup_printf (_("Goes: %s"), line);
      GtkWidget *label;

      if (g_hash_table_contains (known, line))
        continue;

      label = gtk_label_new (shown);
      gtk_label_set_wrap (GTK_LABEL (label), TRUE);
      gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
      gtk_label_set_xalign (GTK_LABEL (label), 0);
      gtk_widget_add_css_class (label, "monospace");
      gtk_widget_add_css_class (label, comes ? "success" : "error");
      gtk_accessible_update_property (GTK_ACCESSIBLE (label), GTK_ACCESSIBLE_PROPERTY_LABEL, spoken,
                                      -1);
      gtk_box_append (box, label);
    }
}

static GtkWidget *
make_difference (GPtrArray *before, GPtrArray *after)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);

  add_lines (GTK_BOX (box), before, after, FALSE);
  add_lines (GTK_BOX (box), after, before, TRUE);
  return box;
}

static void
response_cb (AdwAlertDialog *dialog, const char *response, Proposal *proposal)
{
  if (!g_str_equal (response, "modernise"))
    return;

  /* The dialog showed what becomes of these arguments, and of no others. */
  if (drover_config_get_arguments (proposal->config) != proposal->before)
    g_signal_emit_by_name (proposal->config, "failed",
                           _("The machine was changed meanwhile. Nothing was modernised."));
  else
    drover_config_apply (proposal->config, proposal->after, _("Modernise"), NULL);
}

/**
 * drover_command_modernise:
 * @parent: over which the dialog is shown
 * @config: a machine's configuration
 * @argument: index of an argument for which drover_part_describe_modern() has a sentence
 *
 * Shows what would become of the argument in today's spelling, and rewrites it on assent.
 */
void
drover_command_modernise (GtkWidget *parent, DroverConfig *config, guint argument)
{
  GPtrArray *before = drover_config_get_arguments (config);
  DroverDocument *document = drover_editor_get_document (drover_config_get_editor (config));
  g_autofree char *sentence = drover_part_describe_modern (before, argument);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) after = drover_arguments_modernise (
    before, drover_document_get_program (document), argument, &error);
  Proposal *proposal;
  AdwDialog *dialog;

  if (after == NULL)
    {
      g_signal_emit_by_name (config, "failed",
                             error != NULL ? error->message : _("This is today’s spelling already"));
      return;
    }

  proposal = g_new0 (Proposal, 1);
  proposal->config = g_object_ref (config);
  proposal->before = g_ptr_array_ref (before);
  proposal->after = g_ptr_array_ref (after);

  dialog = drover_alert_new (_("Modernise?"), sentence);
  adw_alert_dialog_set_extra_child (ADW_ALERT_DIALOG (dialog), make_difference (before, after));
  adw_alert_dialog_add_responses (ADW_ALERT_DIALOG (dialog), "cancel", _("_Cancel"), "modernise",
                                  _("_Modernise"), NULL);
  adw_alert_dialog_set_response_appearance (ADW_ALERT_DIALOG (dialog), "modernise",
                                            ADW_RESPONSE_SUGGESTED);
  adw_alert_dialog_set_default_response (ADW_ALERT_DIALOG (dialog), "modernise");
  g_signal_connect_data (dialog, "response", G_CALLBACK (response_cb), proposal,
                         (GClosureNotify) (void (*) (void)) proposal_free, G_CONNECT_DEFAULT);
  adw_dialog_present (dialog, parent);
}
