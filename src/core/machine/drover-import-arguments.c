/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "drover-import-private.h"
#include "drover-keyval.h"
#include "drover-program.h"

/* From a command's words to a machine's arguments. */

static gboolean
takes_value (DroverOptionTable *options, const char *flag, const DroverImportField *next)
{
  const char *name = flag[1] == '-' ? flag + 2 : flag + 1;
  DroverArity arity = drover_option_table_get_arity (options, name);
  const DroverOption *known = drover_option_find (name);

  /* A lone dash is no option; `-m=1G` has what its author takes for the value. */
  if (next == NULL || *name == '\0' || strchr (name, '=') != NULL)
    return FALSE;
  if (arity != DROVER_ARITY_UNKNOWN)
    return arity == DROVER_ARITY_VALUE;

  /* An option that this program lacks may still be an old one; else its next word, when it is no
   * option, belongs to it more likely than that it is the name of a disk image. */
  return known != NULL ? known->takes_value : next->text->str[0] != '-';
}

/**
 * drover_import_pair:
 * @fields: (element-type DroverImportField): the words after the program
 * @options: which of them take a value
 * @origins: (out caller-allocates) (nullable) (element-type int): for each field the index of
 *   its argument, or -1 for one that vanishes
 *
 * Joins options and their values. No word is changed, and none but those that vanish is left
 * out.
 *
 * Returns: (transfer full) (element-type DroverArgument): the arguments
 */
GPtrArray *
drover_import_pair (GPtrArray *fields, DroverOptionTable *options, GArray *origins)
{
  GPtrArray *arguments = g_ptr_array_new_with_free_func ((GDestroyNotify) drover_argument_unref);
  g_autoptr (GArray) unwanted = NULL;

  if (origins == NULL)
    origins = unwanted = g_array_new (FALSE, FALSE, sizeof (int));

  for (guint i = 0; i < fields->len; i++)
    {
      const DroverImportField *field = fields->pdata[i];
      const DroverImportField *next = i + 1 < fields->len ? fields->pdata[i + 1] : NULL;
      const char *text = field->text->str;
      int origin = arguments->len;

      if (field->vanishes)
        origin = -1;
      else if (text[0] != '-')
        g_ptr_array_add (arguments, drover_argument_new (NULL, text));
      else if (takes_value (options, text, next))
        {
          g_array_append_val (origins, origin);
          g_ptr_array_add (arguments, drover_argument_new (text, next->text->str));
          i++;
        }
      else
        g_ptr_array_add (arguments, drover_argument_new (text, NULL));

      g_array_append_val (origins, origin);
    }

  return arguments;
}

/* a name for the machine */

/* What is still to be filled in makes no name. */
static gboolean
is_name (const char *text)
{
  return text != NULL && *text != '\0' && strpbrk (text, "$`%\n\t") == NULL &&
         !g_str_equal (text, ".") && !g_str_equal (text, "..");
}

static char *
dup_file_name (const char *path)
{
  g_autofree char *name = NULL;
  char *dot;

  if (!is_name (path) || g_str_has_prefix (path, "/dev/") || g_str_has_suffix (path, "/") ||
      strchr (path, ':') != NULL)
    return NULL;

  name = g_path_get_basename (path);
  dot = strrchr (name, '.');
  if (dot != NULL && dot > name)
    *dot = '\0';
  return is_name (name) ? g_steal_pointer (&name) : NULL;
}

static char *
dup_guest_name (DroverArgument *argument)
{
  const char *value = drover_argument_get_value (argument);
  g_autofree char *name = NULL;

  if (value == NULL || !g_str_equal (drover_argument_get_option (argument), "name"))
    return NULL;

  name = drover_keyval_dup (value, "guest", "guest");
  return is_name (name) ? g_steal_pointer (&name) : NULL;
}

static char *
dup_disk_name (DroverArgument *argument)
{
  static const char *const plain[] = { "", "hda", "hdb", "sd", "cdrom", "kernel", NULL };
  const char *option = drover_argument_get_option (argument);
  const char *value = drover_argument_get_value (argument);
  g_autofree char *interface = NULL;
  g_autofree char *file = NULL;

  if (value == NULL)
    return NULL;
  if (g_strv_contains (plain, option))
    return dup_file_name (value);
  if (!g_str_equal (option, "drive"))
    return NULL;

  interface = drover_keyval_dup (value, NULL, "if");
  file = drover_keyval_dup (value, NULL, "file");
  return g_strcmp0 (interface, "pflash") != 0 ? dup_file_name (file) : NULL;
}

/**
 * drover_import_dup_name:
 * @arguments: (element-type DroverArgument): of a machine without a name
 * @program: its program
 *
 * Returns: (transfer full): a name for it: that of `-name`, else of its first disk or kernel,
 *   else what it is
 */
char *
drover_import_dup_name (GPtrArray *arguments, const char *program)
{
  char *(*const namers[]) (DroverArgument *) = { dup_guest_name, dup_disk_name };
  const char *architecture = drover_program_get_architecture (program);

  for (guint i = 0; i < G_N_ELEMENTS (namers); i++)
    for (guint j = 0; j < arguments->len; j++)
      {
        char *name = namers[i] (arguments->pdata[j]);

        if (name != NULL)
          return name;
      }

  /* Translators: the name of a machine; %s is an architecture, as aarch64. */
  return architecture != NULL ? g_strdup_printf (_("Imported %s"), architecture)
                              : g_strdup (_("Imported Machine"));
}
