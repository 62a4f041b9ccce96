/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "drover-arguments.h"
#include "drover-keyval.h"
#include "drover-options-file.h"
#include "drover-part.h"
#include "drover-reference.h"

/* A use that reaches two things of one name cannot be told apart. */
static gboolean
check (DroverReferences *references, const DroverReference *old, const char *id, GError **error)
{
  gboolean enabled = ((DroverFields *) references->fields->pdata[old->argument])->enabled;

  if (!drover_id_is_valid (id))
    return drover_arguments_refuse (error,
                 _("“%s” cannot be an id: it begins with a letter and has only letters, digits "
                   "and - . _"),
                 id);

  for (guint i = 0; i < references->list->len; i++)
    {
      const DroverReference *other = &g_array_index (references->list, DroverReference, i);
      gboolean other_enabled =
        ((DroverFields *) references->fields->pdata[other->argument])->enabled;

      if (other == old || !other->defines || other->names != old->names)
        continue;
      if (g_str_equal (other->value, id))
        return drover_arguments_refuse (error, _("Something else is called “%s” already"), id);
      if (g_str_equal (other->value, old->value) && other->argument != old->argument &&
          other_enabled && enabled)
        return drover_arguments_refuse (error,
                     _("Two things are called “%s”, so what uses it cannot be told apart; change "
                       "one of them as text first"),
                     old->value);
    }

  return TRUE;
}

/* The value at that key with @id where the reference stands. */
static char *
put_id (const DroverReference *reference, const char *id)
{
  return g_strdup_printf ("%.*s%s%s", (int) reference->start, reference->value, id,
                          reference->value + reference->start + reference->length);
}

/* A key that stands there several times, as `guestfwd`, is set as a list. */
static DroverArgument *
put_in_list (DroverArgument *argument, const DroverReference *reference, const char *value)
{
  const char *text = drover_argument_get_value (argument);
  g_autofree char *changed = NULL;
  g_auto (GStrv) values = NULL;
  const char *implied;

  drover_fields_get_grammar (drover_argument_get_option (argument), &implied);
  values = drover_keyval_dup_all (text, implied, reference->key);
  for (guint i = 0; values[i] != NULL; i++)
    if (g_str_equal (values[i], reference->value))
      g_set_str (&values[i], value);

  changed =
    drover_keyval_set_all (text, implied, reference->key, (const char *const *) values);
  return drover_argument_with_value (argument, changed);
}

static gboolean
put (GPtrArray *arguments, DroverReferences *references, const DroverReference *reference,
     const char *id, GError **error)
{
  const DroverFields *fields = references->fields->pdata[reference->argument];
  DroverArgument *argument = arguments->pdata[reference->argument];
  g_autofree char *value = put_id (reference, id);
  DroverArgument *changed;

  if (fields->is_json || *reference->key == '\0')
    changed = drover_fields_with (argument, reference->key, value, error);
  else
    changed = put_in_list (argument, reference, value);
  if (changed == NULL)
    return FALSE;

  drover_arguments_take (arguments, reference->argument, changed);
  return TRUE;
}

/**
 * drover_arguments_rename_id:
 * @arguments: (element-type DroverArgument): a machine's arguments
 * @argument: index of the one that makes the thing
 * @id: its new id
 * @error: set to %DROVER_ERROR_ARGUMENT when @id cannot be an id, is taken, or when a use of the
 *   old one cannot be edited
 *
 * Renames the thing everywhere: where it is made, and in all that use it, `bus=ID.0` and
 * `-set device.ID.key=` included. Every other byte stays.
 *
 * Returns: (transfer full) (nullable): the new arguments
 */
GPtrArray *
drover_arguments_rename_id (GPtrArray *arguments, guint argument, const char *id, GError **error)
{
  g_autoptr (DroverReferences) references = drover_references_new (arguments);
  const DroverReference *old = drover_references_get_definition (references, argument);
  g_autoptr (GPtrArray) result = drover_arguments_copy (arguments);

  if (old == NULL)
    {
      drover_arguments_refuse (error, _("%s has no id that could be renamed"),
            drover_argument_get_flag (arguments->pdata[argument]) != NULL
              ? drover_argument_get_flag (arguments->pdata[argument])
              : drover_argument_get_value (arguments->pdata[argument]));
      return NULL;
    }
  if (g_str_equal (old->value, id))
    return g_steal_pointer (&result);
  if (!check (references, old, id, error))
    return NULL;

  for (guint i = 0; i < references->list->len; i++)
    {
      const DroverReference *other = &g_array_index (references->list, DroverReference, i);
      gboolean is_use = !other->defines && other->target == (int) argument &&
                        other->names == old->names && other->length == old->length &&
                        strncmp (other->value + other->start, old->value, old->length) == 0;

      if (other != old && !is_use)
        continue;
      if (!drover_arguments_check_own (arguments, other->argument, error) ||
          !put (result, references, other, id, error))
        return NULL;
    }

  return g_steal_pointer (&result);
}
