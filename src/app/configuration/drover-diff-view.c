/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "drover-diff-dialog.h"
#include "drover-diff.h"
#include "drover-options-file.h"

static const struct
{
  const char *sign;
  const char *css_class;
} kinds[] = {
  [DROVER_DIFF_SAME] = { " ", "diff-same" },
  [DROVER_DIFF_REMOVED] = { "−", "diff-removed" },
  [DROVER_DIFF_ADDED] = { "+", "diff-added" },
};

static GtkWidget *
new_label (const char *text, const char *css_class)
{
  GtkWidget *label = gtk_label_new (text);
  g_autoptr (PangoAttrList) attributes = pango_attr_list_new ();

  /* Where a long word is broken, no hyphen may seem to belong to it. */
  pango_attr_list_insert (attributes, pango_attr_insert_hyphens_new (FALSE));
  gtk_label_set_attributes (GTK_LABEL (label), attributes);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_selectable (GTK_LABEL (label), TRUE);
  gtk_widget_add_css_class (label, "diff-line");
  gtk_widget_add_css_class (label, css_class);
  return label;
}

/* For those who do not see the colour. */
static char *
dup_name (const DroverDiffLine *line)
{
  switch (line->kind)
    {
    case DROVER_DIFF_REMOVED:
      return g_strdup_printf (_("Goes: %s"), line->text);
    case DROVER_DIFF_ADDED:
      return g_strdup_printf (_("Comes: %s"), line->text);
    case DROVER_DIFF_SAME:
    default:
      return g_strdup (line->text);
    }
}

static void
add_line (GtkWidget *view, const DroverDiffLine *line)
{
  g_autofree char *text = g_strdup_printf ("%s %s", kinds[line->kind].sign, line->text);
  g_autofree char *name = dup_name (line);
  GtkWidget *label = new_label (text, kinds[line->kind].css_class);

  gtk_accessible_update_property (GTK_ACCESSIBLE (label), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  gtk_box_append (GTK_BOX (view), label);
}

static void
add_gap (GtkWidget *view, guint n_lines)
{
  g_autofree char *text =
    g_strdup_printf (ngettext ("  … %u more", "  … %u more", n_lines), n_lines);

  gtk_box_append (GTK_BOX (view), new_label (text, "diff-same"));
}

/* Whether something changes within @context lines of this one. */
static gboolean
is_near (GPtrArray *lines, guint place, int context)
{
  guint first = place > (guint) context ? place - context : 0;

  for (guint i = first; i < lines->len && i <= place + context; i++)
    if (((DroverDiffLine *) lines->pdata[i])->kind != DROVER_DIFF_SAME)
      return TRUE;

  return FALSE;
}

/**
 * drover_diff_view_new:
 *
 * Returns: (transfer floating): a list of lines, empty until drover_diff_view_show()
 */
GtkWidget *
drover_diff_view_new (void)
{
  GtkWidget *view = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  gtk_widget_add_css_class (view, "card");
  gtk_widget_add_css_class (view, "diff");
  gtk_widget_set_overflow (view, GTK_OVERFLOW_HIDDEN);
  return view;
}

/**
 * drover_diff_view_show:
 * @before: (element-type DroverArgument): the arguments as they are
 * @after: (element-type DroverArgument): the arguments as they would be
 * @context: how many unchanged lines are shown around each change
 *
 * Shows what would change, and nothing else when @context is 0. What stands in files does not.
 */
void
drover_diff_view_show (GtkWidget *view, GPtrArray *before, GPtrArray *after, int context)
{
  g_autoptr (GPtrArray) own_before = drover_arguments_without_files (before);
  g_autoptr (GPtrArray) own_after = drover_arguments_without_files (after);
  g_autoptr (GPtrArray) lines = drover_diff_arguments (own_before, own_after);
  GtkWidget *child;
  guint n_hidden = 0;

  while ((child = gtk_widget_get_first_child (view)) != NULL)
    gtk_box_remove (GTK_BOX (view), child);

  for (guint i = 0; i < lines->len; i++)
    {
      if (!is_near (lines, i, context))
        {
          n_hidden++;
          continue;
        }
      if (n_hidden > 0 && context > 0)
        add_gap (view, n_hidden);
      n_hidden = 0;
      add_line (view, lines->pdata[i]);
    }
  if (n_hidden > 0 && n_hidden < lines->len && context > 0)
    add_gap (view, n_hidden);
  gtk_widget_set_visible (view, gtk_widget_get_first_child (view) != NULL);
}
