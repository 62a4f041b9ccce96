/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "drover-template-gallery.h"
#include "drover-templates.h"

/* All templates, a group for each category. */
struct _DroverTemplateGallery
{
  AdwBin parent_instance;

  GtkWidget *box;
};

G_DEFINE_FINAL_TYPE (DroverTemplateGallery, drover_template_gallery, ADW_TYPE_BIN)

enum
{
  CHOSEN,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

/* The user's own are put together, whatever they say of themselves. */
static const struct
{
  const char *category;
  const char *title;
  const char *icon_name;
} categories[] = {
  { "systems", N_("Systems"), "computer-symbolic" },
  { "own", N_("Your Templates"), "user-home-symbolic" },
  { "learning", N_("For Learning"), "applications-science-symbolic" },
};

static void
drover_template_gallery_class_init (DroverTemplateGalleryClass *klass)
{
  /**
   * DroverTemplateGallery::chosen:
   * @template: what was chosen
   */
  signals[CHOSEN] = g_signal_new ("chosen", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                  NULL, NULL, G_TYPE_NONE, 1, DROVER_TYPE_TEMPLATE);
}

static void
activated_cb (DroverTemplateGallery *self, GtkWidget *row)
{
  DroverTemplate *template = g_object_get_data (G_OBJECT (row), "template");

  g_assert (DROVER_IS_TEMPLATE_GALLERY (self));

  g_signal_emit (self, signals[CHOSEN], 0, template);
}

static GtkWidget *
create_icon (const char *icon_name, const char *title)
{
  GtkWidget *avatar = adw_avatar_new (36, title, FALSE);

  adw_avatar_set_icon_name (ADW_AVATAR (avatar), icon_name);
  gtk_accessible_update_state (GTK_ACCESSIBLE (avatar), GTK_ACCESSIBLE_STATE_HIDDEN, TRUE, -1);
  return avatar;
}

static GtkWidget *
create_row (DroverTemplateGallery *self, DroverTemplate *template, const char *icon_name)
{
  GtkWidget *row = adw_action_row_new ();
  const char *title = drover_template_get_title (template);
  g_autofree char *architectures =
    g_strjoinv (" · ", (GStrv) drover_template_get_architectures (template));
  g_autofree char *subtitle =
    g_strdup_printf ("%s\n%s", drover_template_get_summary (template), architectures);

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), subtitle);
  adw_action_row_add_prefix (ADW_ACTION_ROW (row), create_icon (icon_name, title));
  adw_action_row_add_suffix (ADW_ACTION_ROW (row),
                             gtk_image_new_from_icon_name ("go-next-symbolic"));
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), TRUE);
  g_object_set_data_full (G_OBJECT (row), "template", drover_template_ref (template),
                          (GDestroyNotify) drover_template_unref);
  g_signal_connect_object (row, "activated", G_CALLBACK (activated_cb), self, G_CONNECT_SWAPPED);
  return row;
}

static const char *
get_category (DroverTemplate *template)
{
  return drover_template_is_bundled (template) ? drover_template_get_category (template) : "own";
}

static void
add_category (DroverTemplateGallery *self, GPtrArray *templates, guint category)
{
  GtkWidget *group = adw_preferences_group_new ();
  guint n = 0;

  adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (group), _(categories[category].title));
  for (guint i = 0; i < templates->len; i++)
    if (g_str_equal (get_category (templates->pdata[i]), categories[category].category))
      {
        adw_preferences_group_add (
          ADW_PREFERENCES_GROUP (group),
          create_row (self, templates->pdata[i], categories[category].icon_name));
        n++;
      }

  gtk_widget_set_visible (group, n > 0);
  gtk_box_append (GTK_BOX (self->box), group);
}

/* A file of the user's that cannot be used is told, and left alone. */
static void
add_broken (DroverTemplateGallery *self, GPtrArray *broken)
{
  GtkWidget *group = adw_preferences_group_new ();

  adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (group), _("Templates That Cannot Be Used"));
  for (guint i = 0; i < broken->len; i++)
    {
      const GError *error = broken->pdata[i];
      GtkWidget *row = adw_action_row_new ();

      adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
      adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), error->message);
      adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), row);
    }
  gtk_widget_set_visible (group, broken->len > 0);
  gtk_box_append (GTK_BOX (self->box), group);
}

static void
drover_template_gallery_init (DroverTemplateGallery *self)
{
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 24);
  adw_bin_set_child (ADW_BIN (self), self->box);
  drover_template_gallery_reload (self);
}

/**
 * drover_template_gallery_reload:
 *
 * Shows the templates that there are now.
 */
void
drover_template_gallery_reload (DroverTemplateGallery *self)
{
  g_autoptr (GPtrArray) broken = NULL;
  g_autoptr (GPtrArray) templates = NULL;
  GtkWidget *child;

  g_return_if_fail (DROVER_IS_TEMPLATE_GALLERY (self));

  templates = drover_templates_list (&broken);
  while ((child = gtk_widget_get_first_child (self->box)) != NULL)
    gtk_box_remove (GTK_BOX (self->box), child);
  for (guint i = 0; i < G_N_ELEMENTS (categories); i++)
    add_category (self, templates, i);
  if (broken != NULL)
    add_broken (self, broken);
}

/**
 * drover_template_gallery_new:
 *
 * Returns: (transfer floating): a gallery with the templates that there are
 */
GtkWidget *
drover_template_gallery_new (void)
{
  return g_object_new (DROVER_TYPE_TEMPLATE_GALLERY, NULL);
}
