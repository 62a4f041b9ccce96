/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "drover-import-summary.h"
#include "drover-import.h"
#include "drover-part.h"
#include "drover-sections.h"

/* What becomes of a text that is imported: what the pages will show, what is kept as it is, and
 * what was changed, left out, or left open. */
struct _DroverImportSummary
{
  GObject parent_instance;

  AdwPreferencesGroup *group;
  GPtrArray *rows;
};

G_DEFINE_FINAL_TYPE (DroverImportSummary, drover_import_summary, G_TYPE_OBJECT)

enum
{
  PLACE_CHOSEN,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
drover_import_summary_dispose (GObject *object)
{
  DroverImportSummary *self = DROVER_IMPORT_SUMMARY (object);

  g_clear_weak_pointer (&self->group);
  g_clear_pointer (&self->rows, g_ptr_array_unref);
  G_OBJECT_CLASS (drover_import_summary_parent_class)->dispose (object);
}

static void
drover_import_summary_class_init (DroverImportSummaryClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = drover_import_summary_dispose;

  /**
   * DroverImportSummary::place-chosen:
   * @start: offset of a byte in the imported text
   * @end: where it ends
   *
   * The user wants to see what a row speaks of.
   */
  signals[PLACE_CHOSEN] =
    g_signal_new ("place-chosen", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                  NULL, G_TYPE_NONE, 2, G_TYPE_UINT64, G_TYPE_UINT64);
}

static void
drover_import_summary_init (DroverImportSummary *self)
{
  self->rows = g_ptr_array_new ();
}

/**
 * drover_import_summary_new:
 * @group: where the rows go; empty
 *
 * Returns: (transfer full): a summary that shows nothing yet
 */
DroverImportSummary *
drover_import_summary_new (AdwPreferencesGroup *group)
{
  DroverImportSummary *self = g_object_new (DROVER_TYPE_IMPORT_SUMMARY, NULL);

  g_set_weak_pointer (&self->group, group);
  return self;
}

static char *
dup_words (DroverArgument *argument)
{
  const char *flag = drover_argument_get_flag (argument);
  const char *value = drover_argument_get_value (argument);

  if (flag != NULL && value != NULL)
    return g_strdup_printf ("%s %s", flag, value);
  return g_strdup (flag != NULL ? flag : value);
}

static const char *
get_page (GPtrArray *arguments, guint index)
{
  g_autoptr (DroverLocation) location = drover_location_find (arguments, index, 0);
  const DroverSection *sections;
  guint n_sections;

  sections = drover_sections_list (&n_sections);
  for (guint i = 0; location != NULL && i < n_sections; i++)
    if (g_str_equal (sections[i].page, location->page))
      return sections[i].page;

  return "rest";
}

static GtkWidget *
create_row (const char *title, const char *subtitle)
{
  GtkWidget *row = adw_action_row_new ();

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  if (subtitle != NULL)
    adw_action_row_set_subtitle (ADW_ACTION_ROW (row), subtitle);
  return row;
}

static void
add_row (DroverImportSummary *self, GtkWidget *row)
{
  adw_preferences_group_add (self->group, row);
  g_ptr_array_add (self->rows, row);
}

/* How many arguments each page shows. */
static void
add_understood (DroverImportSummary *self, GPtrArray *arguments)
{
  g_autoptr (GString) pages = g_string_new (NULL);
  g_autofree char *title = NULL;
  const DroverSection *sections;
  guint n_sections;
  guint n = 0;

  sections = drover_sections_list (&n_sections);
  for (guint i = 0; i < n_sections; i++)
    {
      guint n_here = 0;

      for (guint a = 0; a < arguments->len && !g_str_equal (sections[i].page, "rest"); a++)
        n_here += g_str_equal (get_page (arguments, a), sections[i].page);
      if (n_here > 0)
        g_string_append_printf (pages, "%s%s %u", n > 0 ? " · " : "", _(sections[i].title), n_here);
      n += n_here;
    }

  title = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u argument has a place in the pages",
                                        "%u arguments have a place in the pages", n), n);
  if (n > 0)
    add_row (self, create_row (title, pages->str));
}

static void
place_activated_cb (DroverImportSummary *self, GtkWidget *row)
{
  const gsize *place = g_object_get_data (G_OBJECT (row), "place");

  g_signal_emit (self, signals[PLACE_CHOSEN], 0, (guint64) place[0], (guint64) place[1]);
}

static GtkWidget *
create_notice_row (DroverImportSummary *self, const DroverImportNotice *notice)
{
  const gsize place[] = { notice->start, notice->end };
  GtkWidget *row = create_row (notice->text, NULL);

  if (notice->end <= notice->start)
    return row;

  g_object_set_data_full (G_OBJECT (row), "place", g_memdup2 (place, sizeof place), g_free);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), TRUE);
  gtk_widget_set_tooltip_text (row, _("Show the Place"));
  g_signal_connect_object (row, "activated", G_CALLBACK (place_activated_cb), self,
                           G_CONNECT_SWAPPED);
  return row;
}

static GtkWidget *
create_expander (const char *title, guint n, const char *icon_name)
{
  GtkWidget *row = adw_expander_row_new ();
  g_autofree char *number = g_strdup_printf ("%u", n);
  GtkWidget *label = gtk_label_new (number);
  GtkWidget *icon = gtk_image_new_from_icon_name (icon_name);

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  gtk_accessible_update_state (GTK_ACCESSIBLE (icon), GTK_ACCESSIBLE_STATE_HIDDEN, TRUE, -1);
  adw_expander_row_add_prefix (ADW_EXPANDER_ROW (row), icon);
  gtk_widget_add_css_class (label, "dimmed");
  gtk_widget_add_css_class (label, "numeric");
  adw_expander_row_add_suffix (ADW_EXPANDER_ROW (row), label);
  return row;
}

/* What no page knows is no fault: QEMU gets it as it is. */
static void
add_custom (DroverImportSummary *self, GPtrArray *arguments)
{
  GtkWidget *expander;
  guint n = 0;

  for (guint i = 0; i < arguments->len; i++)
    n += g_str_equal (get_page (arguments, i), "rest");
  if (n == 0)
    return;

  expander = create_expander (_("Kept as They Are"), n, "view-more-symbolic");
  for (guint i = 0; i < arguments->len; i++)
    if (g_str_equal (get_page (arguments, i), "rest"))
      {
        g_autofree char *words = dup_words (arguments->pdata[i]);

        adw_expander_row_add_row (ADW_EXPANDER_ROW (expander), create_row (words, NULL));
      }
  add_row (self, expander);
}

static void
add_notices (DroverImportSummary *self, GPtrArray *notices, DroverImportNoticeKind kind,
             const char *title, const char *icon_name)
{
  GtkWidget *expander;
  guint n = 0;

  for (guint i = 0; i < notices->len; i++)
    n += ((DroverImportNotice *) notices->pdata[i])->kind == kind;
  if (n == 0)
    return;

  expander = create_expander (title, n, icon_name);
  for (guint i = 0; i < notices->len; i++)
    if (((DroverImportNotice *) notices->pdata[i])->kind == kind)
      adw_expander_row_add_row (ADW_EXPANDER_ROW (expander),
                                create_notice_row (self, notices->pdata[i]));
  adw_expander_row_set_expanded (ADW_EXPANDER_ROW (expander), kind == DROVER_IMPORT_TO_FILL_IN);
  add_row (self, expander);
}

/**
 * drover_import_summary_show:
 * @document: the machine that is made
 * @notices: (element-type DroverImportNotice): what the import says of it
 *
 * Shows them instead of what was shown before.
 */
void
drover_import_summary_show (DroverImportSummary *self, DroverDocument *document,
                            GPtrArray *notices)
{
  GPtrArray *arguments;

  g_return_if_fail (DROVER_IS_IMPORT_SUMMARY (self));

  if (self->group == NULL)
    return;

  for (guint i = 0; i < self->rows->len; i++)
    adw_preferences_group_remove (self->group, self->rows->pdata[i]);
  g_ptr_array_set_size (self->rows, 0);

  arguments = drover_document_get_arguments (document);
  add_notices (self, notices, DROVER_IMPORT_TO_FILL_IN, _("To Fill In"), "document-edit-symbolic");
  add_understood (self, arguments);
  add_custom (self, arguments);
  add_notices (self, notices, DROVER_IMPORT_CHANGED, _("Changed"), "emblem-synchronizing-symbolic");
  add_notices (self, notices, DROVER_IMPORT_DROPPED, _("Left Out"), "edit-cut-symbolic");
}
