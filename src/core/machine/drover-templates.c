/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>

#include "drover-error.h"
#include "drover-template-private.h"
#include "drover-templates.h"

static DroverTemplate *
load_bundled (const char *name, GError **error)
{
  g_autofree char *path = g_strconcat (DROVER_TEMPLATE_RESOURCES, name, NULL);
  g_autoptr (GBytes) bytes = g_resources_lookup_data (path, G_RESOURCE_LOOKUP_FLAGS_NONE, error);
  DroverTemplate *template = NULL;

  if (bytes == NULL)
    return NULL;
  template = drover_template_parse (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes),
                                    error);
  if (template == NULL)
    {
      g_prefix_error (error, "%s: ", name);
      return NULL;
    }
  _drover_template_set_origin (template, NULL, TRUE);
  return template;
}

static gboolean
is_known (GPtrArray *list, const char *id)
{
  for (guint i = 0; i < list->len; i++)
    if (g_str_equal (drover_template_get_id (list->pdata[i]), id))
      return TRUE;

  return FALSE;
}

static void
add_bundled (GPtrArray *list, GPtrArray *broken)
{
  g_auto (GStrv) names = g_resources_enumerate_children (DROVER_TEMPLATE_RESOURCES,
                                                         G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);

  for (guint i = 0; names != NULL && names[i] != NULL; i++)
    {
      GError *error = NULL;
      DroverTemplate *template;

      if (!g_str_has_suffix (names[i], ".json"))
        continue;
      template = load_bundled (names[i], &error);
      if (template != NULL)
        g_ptr_array_add (list, template);
      else
        g_ptr_array_add (broken, error);
    }
}

static gint
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static GPtrArray *
list_files (const char *folder)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (name[0] != '.' &&
        (g_str_has_suffix (name, ".json") || g_str_has_suffix (name, DROVER_TEMPLATE_SUFFIX)))
      g_ptr_array_add (names, g_strdup (name));

  g_ptr_array_sort (names, compare_names);
  return names;
}

static DroverTemplate *
load_own (GPtrArray *list, const char *path, GError **error)
{
  g_autoptr (DroverTemplate) template = drover_template_load (path, error);
  g_autofree char *shown = NULL;

  if (template == NULL || !is_known (list, drover_template_get_id (template)))
    return g_steal_pointer (&template);

  shown = g_filename_display_name (path);
  g_set_error (error, DROVER_ERROR, DROVER_ERROR_TEMPLATE,
               _("%s: there is another template with the id “%s”, which is used instead"), shown,
               drover_template_get_id (template));
  return NULL;
}

/* Those that come with Drover go first, so that nothing can take their ids. */
static void
add_own (GPtrArray *list, GPtrArray *broken)
{
  g_autofree char *folder = drover_templates_dup_folder ();
  g_autoptr (GPtrArray) names = list_files (folder);

  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *path = g_build_filename (folder, names->pdata[i], NULL);
      GError *error = NULL;
      DroverTemplate *template = load_own (list, path, &error);

      if (template != NULL)
        g_ptr_array_add (list, template);
      else
        g_ptr_array_add (broken, error);
    }
}

static int
rank (DroverTemplate *template)
{
  static const char *const categories[] = { "own", "systems", "learning" };

  for (guint i = 0; i < G_N_ELEMENTS (categories); i++)
    if (g_str_equal (drover_template_get_category (template), categories[i]))
      return i;

  return G_N_ELEMENTS (categories);
}

static gint
compare (gconstpointer a, gconstpointer b)
{
  DroverTemplate *first = *(DroverTemplate *const *) a;
  DroverTemplate *second = *(DroverTemplate *const *) b;
  int difference = rank (first) - rank (second);

  return difference != 0 ? difference
                         : strcmp (drover_template_get_id (first), drover_template_get_id (second));
}

/**
 * drover_templates_dup_folder:
 *
 * Returns: (transfer full): where the user's own templates are
 */
char *
drover_templates_dup_folder (void)
{
  return g_build_filename (g_get_user_data_dir (), "drover", "templates", NULL);
}

/**
 * drover_templates_list:
 * @broken: (out) (optional) (transfer full) (element-type GError): what cannot be used, each
 *   with file and place
 *
 * Reads them anew. The user's own come first, then systems, then what there is to learn from.
 *
 * Returns: (transfer full) (element-type DroverTemplate): all templates that can be used
 */
GPtrArray *
drover_templates_list (GPtrArray **broken)
{
  GPtrArray *list = g_ptr_array_new_with_free_func ((GDestroyNotify) drover_template_unref);
  g_autoptr (GPtrArray) bad = g_ptr_array_new_with_free_func ((GDestroyNotify) g_error_free);

  add_bundled (list, bad);
  add_own (list, bad);
  g_ptr_array_sort (list, compare);
  if (broken != NULL)
    *broken = g_steal_pointer (&bad);
  return list;
}

/**
 * drover_template_find:
 * @id: of a template
 * @error: set to %DROVER_ERROR_NO_SUCH_TEMPLATE
 *
 * Returns: (transfer full) (nullable): the template
 */
DroverTemplate *
drover_template_find (const char *id, GError **error)
{
  g_autoptr (GPtrArray) list = NULL;

  g_return_val_if_fail (id != NULL, NULL);

  list = drover_templates_list (NULL);
  for (guint i = 0; i < list->len; i++)
    if (g_str_equal (drover_template_get_id (list->pdata[i]), id))
      return drover_template_ref (list->pdata[i]);

  g_set_error (error, DROVER_ERROR, DROVER_ERROR_NO_SUCH_TEMPLATE,
               _("There is no template “%s”; “droverctl templates” lists them"), id);
  return NULL;
}

static DroverTemplate *
find_quietly (const char *id)
{
  return drover_template_find (id, NULL);
}

/**
 * drover_template_export:
 * @path: a file to be written; one that is there is replaced
 *
 * Writes the template as one file, which can be given to others.
 *
 * Returns: whether it was written
 */
gboolean
drover_template_export (DroverTemplate *self, const char *path, GError **error)
{
  g_autofree char *text = NULL;

  g_return_val_if_fail (self != NULL && path != NULL, FALSE);

  text = drover_template_to_text (self);
  return g_file_set_contents (path, text, -1, error);
}

/**
 * drover_templates_save:
 * @replace: whether one of the user's own with the same id may be replaced
 * @error: set to %DROVER_ERROR_BAD_STATE when the id is taken
 *
 * Makes @self one of the user's own templates.
 *
 * Returns: whether it was written
 */
gboolean
drover_templates_save (DroverTemplate *self, gboolean replace, GError **error)
{
  const char *id = drover_template_get_id (self);
  g_autoptr (DroverTemplate) other = find_quietly (id);
  g_autofree char *folder = drover_templates_dup_folder ();
  g_autofree char *name = g_strconcat (id, DROVER_TEMPLATE_SUFFIX, NULL);
  g_autofree char *path = NULL;

  if (other != NULL && drover_template_is_bundled (other))
    {
      g_set_error (error, DROVER_ERROR, DROVER_ERROR_BAD_STATE,
                   _("The id “%s” belongs to a template that came with Drover; take another id"),
                   id);
      return FALSE;
    }
  if (other != NULL && !replace)
    {
      g_set_error (error, DROVER_ERROR, DROVER_ERROR_BAD_STATE,
                   _("There is a template “%s” already"), id);
      return FALSE;
    }
  if (g_mkdir_with_parents (folder, 0700) != 0)
    return drover_set_errno_error (error, _("Cannot make %s"), folder);

  /* Where the other one has a file of another name, that one is it. */
  path = other != NULL ? g_strdup (drover_template_get_path (other))
                       : g_build_filename (folder, name, NULL);
  if (!drover_template_export (self, path, error))
    return FALSE;
  _drover_template_set_origin (self, path, FALSE);
  return TRUE;
}

/**
 * drover_templates_add:
 * @path: a file with a template
 * @replace: whether one of the user's own with the same id may be replaced
 *
 * Copies the file to the user's own templates, once it is understood.
 *
 * Returns: (transfer full) (nullable): the template
 */
DroverTemplate *
drover_templates_add (const char *path, gboolean replace, GError **error)
{
  g_autoptr (DroverTemplate) template = drover_template_load (path, error);

  if (template == NULL || !drover_templates_save (template, replace, error))
    return NULL;
  return g_steal_pointer (&template);
}

/**
 * drover_templates_remove:
 * @id: of one of the user's own
 * @error: set to %DROVER_ERROR_NO_SUCH_TEMPLATE, to %DROVER_ERROR_BAD_STATE for one that came
 *   with Drover, or when the file cannot be removed
 *
 * The machines made from it stay as they are.
 *
 * Returns: whether it is gone
 */
gboolean
drover_templates_remove (const char *id, GError **error)
{
  g_autoptr (DroverTemplate) template = drover_template_find (id, error);

  if (template == NULL)
    return FALSE;
  if (drover_template_is_bundled (template))
    {
      g_set_error (error, DROVER_ERROR, DROVER_ERROR_BAD_STATE,
                   _("The template “%s” came with Drover and cannot be removed"), id);
      return FALSE;
    }
  if (g_unlink (drover_template_get_path (template)) != 0)
    return drover_set_errno_error (error, _("Cannot remove %s"),
                                   drover_template_get_path (template));
  return TRUE;
}
