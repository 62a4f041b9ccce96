/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "drover-argument.h"
#include "drover-error.h"
#include "drover-json.h"

struct _DroverArgument
{
  gatomicrefcount ref_count;
  JsonObject *object; /* never changed once the argument exists */
  DroverArgument *source;
};

G_DEFINE_BOXED_TYPE (DroverArgument, drover_argument, drover_argument_ref, drover_argument_unref)

static DroverArgument *
take_object (JsonObject *object)
{
  DroverArgument *self = g_new0 (DroverArgument, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->object = object;
  return self;
}

/**
 * drover_argument_new:
 * @flag: (nullable): the option with its dashes, as typed: `-m` or `--m`; %NULL for a bare
 *   image name
 * @value: (nullable): the value; %NULL for an option that takes none
 *
 * Returns: (transfer full): a new, enabled argument
 */
DroverArgument *
drover_argument_new (const char *flag, const char *value)
{
  JsonObject *object;

  g_return_val_if_fail (flag != NULL || value != NULL, NULL);

  object = json_object_new ();
  if (flag != NULL)
    json_object_set_string_member (object, "flag", flag);
  if (value != NULL)
    json_object_set_string_member (object, "value", value);

  return take_object (object);
}

/**
 * drover_argument_new_from_file:
 * @flag: the option that says what the file says
 * @value: its value
 * @source: the `-readconfig` that names the file
 *
 * An argument that stands in a file, not in machine.json. It is only for reading: no document
 * takes it.
 *
 * Returns: (transfer full): a new argument
 */
DroverArgument *
drover_argument_new_from_file (const char *flag, const char *value, DroverArgument *source)
{
  DroverArgument *self = drover_argument_new (flag, value);

  self->source = drover_argument_ref (source);
  return self;
}

/**
 * drover_argument_new_from_json:
 * @node: one element of `arguments` in machine.json
 * @where: its place in the file, for messages
 * @error: set to %DROVER_ERROR_MACHINE_FILE when a member has the wrong type
 *
 * Returns: (transfer full) (nullable): the argument
 */
DroverArgument *
drover_argument_new_from_json (JsonNode *node, const char *where, GError **error)
{
  g_autoptr (JsonNode) copy = NULL;
  const char *flag = NULL;
  const char *value = NULL;
  JsonObject *object;

  if (!JSON_NODE_HOLDS_OBJECT (node))
    {
      g_set_error (error, DROVER_ERROR, DROVER_ERROR_MACHINE_FILE,
                   _("%s: an argument must be an object with “flag”, “value” or both"), where);
      return NULL;
    }

  object = json_node_get_object (node);
  if (!drover_json_check_type (object, "flag", G_TYPE_STRING, where, error) ||
      !drover_json_check_type (object, "value", G_TYPE_STRING, where, error) ||
      !drover_json_check_type (object, "note", G_TYPE_STRING, where, error) ||
      !drover_json_check_type (object, "phase", G_TYPE_STRING, where, error) ||
      !drover_json_check_type (object, "enabled", G_TYPE_BOOLEAN, where, error))
    return NULL;

  flag = json_object_get_string_member_with_default (object, "flag", NULL);
  value = json_object_get_string_member_with_default (object, "value", NULL);
  if (flag == NULL && value == NULL)
    {
      g_set_error (error, DROVER_ERROR, DROVER_ERROR_MACHINE_FILE,
                   _("%s: the argument has neither “flag” nor “value”"), where);
      return NULL;
    }
  if (flag != NULL && flag[0] != '-')
    {
      g_set_error (error, DROVER_ERROR, DROVER_ERROR_MACHINE_FILE,
                   _("%s: the flag “%s” does not begin with “-”"), where, flag);
      return NULL;
    }

  copy = drover_json_copy (node);
  return take_object (json_node_dup_object (copy));
}

/**
 * drover_argument_ref:
 *
 * Returns: (transfer full): @self
 */
DroverArgument *
drover_argument_ref (DroverArgument *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

/**
 * drover_argument_unref:
 *
 * Drops one reference.
 */
void
drover_argument_unref (DroverArgument *self)
{
  if (g_atomic_ref_count_dec (&self->ref_count))
    {
      json_object_unref (self->object);
      g_clear_pointer (&self->source, drover_argument_unref);
      g_free (self);
    }
}

/**
 * drover_argument_get_flag:
 *
 * Returns: (nullable): the option as typed, dashes included
 */
const char *
drover_argument_get_flag (DroverArgument *self)
{
  return json_object_get_string_member_with_default (self->object, "flag", NULL);
}

/**
 * drover_argument_get_value:
 *
 * Returns: (nullable): the value as QEMU gets it
 */
const char *
drover_argument_get_value (DroverArgument *self)
{
  return json_object_get_string_member_with_default (self->object, "value", NULL);
}

/**
 * drover_argument_get_note:
 *
 * Returns: (nullable): what the user wrote beside the argument
 */
const char *
drover_argument_get_note (DroverArgument *self)
{
  return json_object_get_string_member_with_default (self->object, "note", NULL);
}

/**
 * drover_argument_get_phase:
 *
 * Returns: (nullable): %DROVER_PHASE_INSTALL when the argument is only there until the system
 *   is installed; %NULL when it is there for good
 */
const char *
drover_argument_get_phase (DroverArgument *self)
{
  return json_object_get_string_member_with_default (self->object, "phase", NULL);
}

/**
 * drover_argument_get_enabled:
 *
 * Returns: whether QEMU gets the argument; the others are kept as one keeps a
 *   commented line
 */
gboolean
drover_argument_get_enabled (DroverArgument *self)
{
  return json_object_get_boolean_member_with_default (self->object, "enabled", TRUE);
}

/**
 * drover_argument_get_option:
 *
 * Returns: the option's name without dashes, as QEMU compares it (`--m` is `-m`);
 *   the empty string for a bare value
 */
const char *
drover_argument_get_option (DroverArgument *self)
{
  const char *flag = drover_argument_get_flag (self);

  if (flag == NULL)
    return "";

  return flag[1] == '-' ? flag + 2 : flag + 1;
}

/**
 * drover_argument_get_source:
 *
 * Returns: (transfer none) (nullable): the `-readconfig` that names the file which it stands in;
 *   %NULL for one of the command line itself
 */
DroverArgument *
drover_argument_get_source (DroverArgument *self)
{
  return self->source;
}

static DroverArgument *
copy (DroverArgument *self)
{
  g_autoptr (JsonNode) node = drover_argument_to_json (self);
  DroverArgument *result = take_object (json_node_dup_object (node));

  result->source = self->source != NULL ? drover_argument_ref (self->source) : NULL;
  return result;
}

static DroverArgument *
with_text (DroverArgument *self, const char *member, const char *text)
{
  DroverArgument *result = copy (self);

  if (text != NULL)
    json_object_set_string_member (result->object, member, text);
  else if (json_object_has_member (result->object, member))
    json_object_remove_member (result->object, member);

  return result;
}

/**
 * drover_argument_with_flag:
 * @flag: (nullable): the new flag, with its dashes
 *
 * Returns: (transfer full): a copy of @self that has @flag
 */
DroverArgument *
drover_argument_with_flag (DroverArgument *self, const char *flag)
{
  return with_text (self, "flag", flag);
}

/**
 * drover_argument_with_value:
 * @value: (nullable): the new value
 *
 * Returns: (transfer full): a copy of @self that has @value
 */
DroverArgument *
drover_argument_with_value (DroverArgument *self, const char *value)
{
  return with_text (self, "value", value);
}

/**
 * drover_argument_with_note:
 * @note: (nullable): what the user writes beside it; empty for nothing
 *
 * Returns: (transfer full): a copy of @self that has @note
 */
DroverArgument *
drover_argument_with_note (DroverArgument *self, const char *note)
{
  return with_text (self, "note", note != NULL && *note != '\0' ? note : NULL);
}

/**
 * drover_argument_with_phase:
 * @phase: (nullable): see drover_argument_get_phase()
 *
 * Returns: (transfer full): a copy of @self that has @phase
 */
DroverArgument *
drover_argument_with_phase (DroverArgument *self, const char *phase)
{
  return with_text (self, "phase", phase);
}

/**
 * drover_argument_with_enabled:
 *
 * Returns: (transfer full): a copy of @self that is enabled or not
 */
DroverArgument *
drover_argument_with_enabled (DroverArgument *self, gboolean enabled)
{
  DroverArgument *result = copy (self);

  if (enabled)
    json_object_remove_member (result->object, "enabled");
  else
    json_object_set_boolean_member (result->object, "enabled", FALSE);

  return result;
}

/**
 * drover_argument_to_json:
 *
 * Returns: (transfer full): the argument as machine.json has it
 */
JsonNode *
drover_argument_to_json (DroverArgument *self)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);

  json_node_set_object (node, self->object);
  return drover_json_copy (node);
}

/**
 * drover_arguments_copy:
 * @arguments: (element-type DroverArgument): a list that is not to be changed
 *
 * Returns: (transfer full) (element-type DroverArgument): a list of the same arguments that
 *   may be changed until it is put into a document
 */
GPtrArray *
drover_arguments_copy (GPtrArray *arguments)
{
  GPtrArray *result =
    g_ptr_array_new_full (arguments->len, (GDestroyNotify) drover_argument_unref);

  for (guint i = 0; i < arguments->len; i++)
    g_ptr_array_add (result, drover_argument_ref (arguments->pdata[i]));

  return result;
}
