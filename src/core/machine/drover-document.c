/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <inttypes.h>

#include "drover-document.h"
#include "drover-error.h"
#include "drover-json.h"
#include "drover-options-file.h"

/* The only version of machine.json so far. A file with a later one may mean things that
 * this Drover would lose, so it is refused and left alone. */
#define VERSION 1

struct _DroverDocument
{
  gatomicrefcount ref_count;
  JsonObject *root; /* the file as read, never changed; `arguments` in it is not used */
  GPtrArray *arguments;
};

G_DEFINE_BOXED_TYPE (DroverDocument, drover_document, drover_document_ref, drover_document_unref)

static DroverDocument *
take (JsonObject *root, GPtrArray *arguments)
{
  DroverDocument *self = g_new0 (DroverDocument, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->root = root;
  self->arguments = arguments;
  return self;
}

static GPtrArray *
new_arguments (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) drover_argument_unref);
}

/**
 * drover_document_new:
 * @name: the machine's name, as people see it
 * @program: QEMU's program: a name to be found in `$PATH`, or a path
 *
 * Returns: (transfer full): a document without arguments, with a new uuid
 */
DroverDocument *
drover_document_new (const char *name, const char *program)
{
  JsonObject *root = json_object_new ();
  g_autofree char *uuid = g_uuid_string_random ();

  json_object_set_int_member (root, "version", VERSION);
  json_object_set_string_member (root, "uuid", uuid);
  json_object_set_string_member (root, "name", name);
  json_object_set_string_member (root, "program", program);

  return take (root, new_arguments ());
}

static gboolean
check_text (JsonObject *root, const char *member, GError **error)
{
  const char *text;

  if (!drover_json_check_type (root, member, G_TYPE_STRING, "", error))
    return FALSE;

  text = json_object_get_string_member_with_default (root, member, "");
  if (*text != '\0')
    return TRUE;

  g_set_error (error, DROVER_ERROR, DROVER_ERROR_MACHINE_FILE, _("“%s” is missing or empty"),
               member);
  return FALSE;
}

static gboolean
check_version (JsonObject *root, GError **error)
{
  gint64 version;

  if (!drover_json_check_type (root, "version", G_TYPE_INT64, "", error))
    return FALSE;

  version = json_object_get_int_member_with_default (root, "version", -1);
  if (version == VERSION)
    return TRUE;

  if (version < 0)
    g_set_error (error, DROVER_ERROR, DROVER_ERROR_MACHINE_FILE, _("“%s” is missing or empty"),
                 "version");
  else
    g_set_error (error, DROVER_ERROR, DROVER_ERROR_MACHINE_VERSION,
                 _("version %" PRId64 " of the machine file is not known to this "
                   "Drover, which reads version %d"),
                 version, VERSION);
  return FALSE;
}

static gboolean
check_tags (JsonObject *root, GError **error)
{
  JsonArray *tags;

  if (!drover_json_check_type (root, "tags", JSON_TYPE_ARRAY, "", error))
    return FALSE;
  if (!json_object_has_member (root, "tags"))
    return TRUE;

  tags = json_object_get_array_member (root, "tags");
  for (guint i = 0; i < json_array_get_length (tags); i++)
    if (json_node_get_value_type (json_array_get_element (tags, i)) != G_TYPE_STRING)
      {
        g_set_error (error, DROVER_ERROR, DROVER_ERROR_MACHINE_FILE,
                     _("tags[%u] is not a string"), i);
        return FALSE;
      }

  return TRUE;
}

static gboolean
check_root (JsonObject *root, GError **error)
{
  const char *uuid;

  if (!check_version (root, error) || !check_text (root, "uuid", error) ||
      !check_text (root, "name", error) || !check_text (root, "program", error) ||
      !drover_json_check_type (root, "accelerator", G_TYPE_STRING, "", error) ||
      !drover_json_check_type (root, "notes", G_TYPE_STRING, "", error) ||
      !drover_json_check_type (root, "directory", G_TYPE_STRING, "", error) ||
      !check_tags (root, error) ||
      !drover_json_check_type (root, "arguments", JSON_TYPE_ARRAY, "", error))
    return FALSE;

  /* The uuid names a folder, so nothing else than a uuid will do. */
  uuid = json_object_get_string_member (root, "uuid");
  if (g_uuid_string_is_valid (uuid))
    return TRUE;

  g_set_error (error, DROVER_ERROR, DROVER_ERROR_MACHINE_FILE, _("“%s” is not a uuid"), uuid);
  return FALSE;
}

static GPtrArray *
parse_arguments (JsonObject *root, GError **error)
{
  g_autoptr (GPtrArray) arguments = new_arguments ();
  JsonArray *array = NULL;

  if (json_object_has_member (root, "arguments"))
    array = json_object_get_array_member (root, "arguments");

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      g_autofree char *where = g_strdup_printf ("arguments[%u]", i);
      DroverArgument *argument =
        drover_argument_new_from_json (json_array_get_element (array, i), where, error);

      if (argument == NULL)
        return NULL;
      g_ptr_array_add (arguments, argument);
    }

  return g_steal_pointer (&arguments);
}

/**
 * drover_document_parse:
 * @text: the contents of a machine.json
 * @length: bytes of @text, or -1 when it ends in NUL
 * @error: says what is wrong and where: %DROVER_ERROR_MACHINE_FILE,
 *   %DROVER_ERROR_MACHINE_VERSION or a #JsonParserError
 *
 * Returns: (transfer full) (nullable): the document
 */
DroverDocument *
drover_document_parse (const char *text, gssize length, GError **error)
{
  g_autoptr (JsonNode) node = drover_json_parse (text, length, error);
  GPtrArray *arguments;

  if (node == NULL)
    return NULL;

  if (!JSON_NODE_HOLDS_OBJECT (node))
    {
      g_set_error (error, DROVER_ERROR, DROVER_ERROR_MACHINE_FILE,
                   _("the file does not hold a JSON object"));
      return NULL;
    }

  if (!drover_json_check_numbers (node, error) ||
      !check_root (json_node_get_object (node), error))
    return NULL;

  arguments = parse_arguments (json_node_get_object (node), error);
  if (arguments == NULL)
    return NULL;

  return take (json_node_dup_object (node), arguments);
}

/**
 * drover_document_ref:
 *
 * Returns: (transfer full): @self
 */
DroverDocument *
drover_document_ref (DroverDocument *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

/**
 * drover_document_unref:
 *
 * Drops one reference.
 */
void
drover_document_unref (DroverDocument *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  json_object_unref (self->root);
  g_ptr_array_unref (self->arguments);
  g_free (self);
}

/* A copy of the root whose members can be set. The members themselves are shared: nobody
 * changes those. */
static JsonObject *
copy_root (DroverDocument *self)
{
  JsonObject *root = json_object_new ();
  JsonObjectIter iter;
  const char *name;
  JsonNode *member;

  json_object_iter_init_ordered (&iter, self->root);
  while (json_object_iter_next_ordered (&iter, &name, &member))
    json_object_set_member (root, name, json_node_copy (member));

  return root;
}

/**
 * drover_document_to_text:
 *
 * Returns: (transfer full): the contents for machine.json
 */
char *
drover_document_to_text (DroverDocument *self)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *root = copy_root (self);
  JsonArray *array = json_array_new ();
  g_autofree char *text = NULL;

  for (guint i = 0; i < self->arguments->len; i++)
    json_array_add_element (array, drover_argument_to_json (self->arguments->pdata[i]));
  json_object_set_array_member (root, "arguments", array);
  json_node_take_object (node, root);

  text = drover_json_to_text (node, TRUE);
  return g_strconcat (text, "\n", NULL);
}

/**
 * drover_document_get_uuid:
 *
 * Returns: the machine's identity, which outlives renaming
 */
const char *
drover_document_get_uuid (DroverDocument *self)
{
  return json_object_get_string_member (self->root, "uuid");
}

/**
 * drover_document_get_name:
 *
 * Returns: the name that people see
 */
const char *
drover_document_get_name (DroverDocument *self)
{
  return json_object_get_string_member (self->root, "name");
}

/**
 * drover_document_get_program:
 *
 * Returns: the QEMU program's name or path
 */
const char *
drover_document_get_program (DroverDocument *self)
{
  return json_object_get_string_member (self->root, "program");
}

/**
 * drover_document_get_accelerator:
 *
 * Returns: (nullable): `automatic` when Drover is to choose the accelerator at each start;
 *   %NULL when the arguments, or QEMU's own default, say it
 */
const char *
drover_document_get_accelerator (DroverDocument *self)
{
  return json_object_get_string_member_with_default (self->root, "accelerator", NULL);
}

/**
 * drover_document_get_notes:
 *
 * Returns: (nullable): what the user wrote about the machine
 */
const char *
drover_document_get_notes (DroverDocument *self)
{
  return json_object_get_string_member_with_default (self->root, "notes", NULL);
}

/**
 * drover_document_dup_tags:
 *
 * Returns: (transfer full): the words under which the user finds the machine, in their order
 */
GStrv
drover_document_dup_tags (DroverDocument *self)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  JsonArray *tags = NULL;

  if (json_object_has_member (self->root, "tags"))
    tags = json_object_get_array_member (self->root, "tags");
  for (guint i = 0; tags != NULL && i < json_array_get_length (tags); i++)
    g_strv_builder_add (builder, json_array_get_string_element (tags, i));

  return g_strv_builder_end (builder);
}

/**
 * drover_document_get_directory:
 *
 * Returns: (nullable): where QEMU is started, so that relative file names in the arguments
 *   mean what they did where they come from; %NULL for the machine's own folder
 */
const char *
drover_document_get_directory (DroverDocument *self)
{
  return json_object_get_string_member_with_default (self->root, "directory", NULL);
}

/**
 * drover_document_get_member:
 * @member: a member of machine.json that has no function of its own here, such as `services`
 *
 * Returns: (transfer none) (nullable): what the file has there, unchecked and not to be changed
 */
JsonNode *
drover_document_get_member (DroverDocument *self, const char *member)
{
  return json_object_get_member (self->root, member);
}

/**
 * drover_document_get_arguments:
 *
 * Returns: (transfer none) (element-type DroverArgument): all arguments in their order, not
 *   to be changed
 */
GPtrArray *
drover_document_get_arguments (DroverDocument *self)
{
  return self->arguments;
}

/**
 * drover_document_dup_argv:
 *
 * Returns: (transfer full): the saved command line, program first, without the arguments
 *   that are switched off and without anything that a launch adds
 */
GStrv
drover_document_dup_argv (DroverDocument *self)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  g_strv_builder_add (builder, drover_document_get_program (self));
  for (guint i = 0; i < self->arguments->len; i++)
    {
      DroverArgument *argument = self->arguments->pdata[i];
      const char *flag = drover_argument_get_flag (argument);
      const char *value = drover_argument_get_value (argument);

      if (!drover_argument_get_enabled (argument))
        continue;
      if (flag != NULL)
        g_strv_builder_add (builder, flag);
      if (value != NULL)
        g_strv_builder_add (builder, value);
    }

  return g_strv_builder_end (builder);
}

/**
 * drover_document_with_name:
 *
 * Returns: (transfer full): a copy of @self that is called @name
 */
DroverDocument *
drover_document_with_name (DroverDocument *self, const char *name)
{
  JsonObject *root = copy_root (self);

  json_object_set_string_member (root, "name", name);
  return take (root, g_ptr_array_ref (self->arguments));
}

/**
 * drover_document_with_new_uuid:
 *
 * Returns: (transfer full): a copy of @self that is another machine
 */
DroverDocument *
drover_document_with_new_uuid (DroverDocument *self)
{
  JsonObject *root = copy_root (self);
  g_autofree char *uuid = g_uuid_string_random ();

  json_object_set_string_member (root, "uuid", uuid);
  return take (root, g_ptr_array_ref (self->arguments));
}

/* A text that says nothing has no member. */
static DroverDocument *
with_text (DroverDocument *self, const char *member, const char *text)
{
  JsonObject *root = copy_root (self);

  if (text != NULL && *text != '\0')
    json_object_set_string_member (root, member, text);
  else if (json_object_has_member (root, member))
    json_object_remove_member (root, member);
  return take (root, g_ptr_array_ref (self->arguments));
}

/**
 * drover_document_with_program:
 * @program: the name or path of a QEMU program, not empty
 *
 * Returns: (transfer full): a copy of @self that runs @program
 */
DroverDocument *
drover_document_with_program (DroverDocument *self, const char *program)
{
  g_return_val_if_fail (program != NULL && *program != '\0', NULL);

  return with_text (self, "program", program);
}

/**
 * drover_document_with_notes:
 * @notes: (nullable): what the user wrote about the machine
 *
 * Returns: (transfer full): a copy of @self
 */
DroverDocument *
drover_document_with_notes (DroverDocument *self, const char *notes)
{
  return with_text (self, "notes", notes);
}

/**
 * drover_document_with_directory:
 * @directory: (nullable): an absolute path, or %NULL; see drover_document_get_directory()
 *
 * Returns: (transfer full): a copy of @self
 */
DroverDocument *
drover_document_with_directory (DroverDocument *self, const char *directory)
{
  return with_text (self, "directory", directory);
}

/**
 * drover_document_with_tags:
 * @tags: the words under which the user finds the machine; none for no tags
 *
 * Returns: (transfer full): a copy of @self
 */
DroverDocument *
drover_document_with_tags (DroverDocument *self, const char *const *tags)
{
  JsonObject *root = copy_root (self);

  if (tags[0] != NULL)
    json_object_set_member (root, "tags", drover_json_from_strv (tags));
  else if (json_object_has_member (root, "tags"))
    json_object_remove_member (root, "tags");
  return take (root, g_ptr_array_ref (self->arguments));
}

/**
 * drover_document_with_accelerator:
 * @accelerator: (nullable): `automatic` or %NULL, see drover_document_get_accelerator()
 *
 * Returns: (transfer full): a copy of @self
 */
DroverDocument *
drover_document_with_accelerator (DroverDocument *self, const char *accelerator)
{
  JsonObject *root = copy_root (self);

  if (accelerator != NULL)
    json_object_set_string_member (root, "accelerator", accelerator);
  else
    json_object_remove_member (root, "accelerator");
  return take (root, g_ptr_array_ref (self->arguments));
}

/**
 * drover_document_with_arguments:
 * @arguments: (element-type DroverArgument): the new list; not to be changed afterwards. What
 *   stands in files, see drover_arguments_with_files(), is left out.
 *
 * Returns: (transfer full): a copy of @self with these arguments
 */
DroverDocument *
drover_document_with_arguments (DroverDocument *self, GPtrArray *arguments)
{
  return take (copy_root (self), drover_arguments_without_files (arguments));
}

/**
 * drover_document_with_member:
 * @member: a member of machine.json that has no function of its own here
 * @value: (nullable): what it is to be; %NULL to remove it
 *
 * Returns: (transfer full): a copy of @self
 */
DroverDocument *
drover_document_with_member (DroverDocument *self, const char *member, JsonNode *value)
{
  JsonObject *root = copy_root (self);

  if (value != NULL)
    json_object_set_member (root, member, drover_json_copy (value));
  else if (json_object_has_member (root, member))
    json_object_remove_member (root, member);
  return take (root, g_ptr_array_ref (self->arguments));
}

/* Whether they differ in what changes most, which needs no text of the whole document: this is
 * asked at each key stroke. */
static gboolean
differ_in_arguments (GPtrArray *arguments, GPtrArray *others)
{
  if (arguments->len != others->len)
    return TRUE;

  for (guint i = 0; i < arguments->len; i++)
    {
      DroverArgument *a = arguments->pdata[i];
      DroverArgument *b = others->pdata[i];

      if (a != b && (g_strcmp0 (drover_argument_get_flag (a), drover_argument_get_flag (b)) != 0 ||
                     g_strcmp0 (drover_argument_get_value (a), drover_argument_get_value (b)) != 0))
        return TRUE;
    }

  return FALSE;
}

/**
 * drover_document_equal:
 *
 * Returns: whether both say the same, to the byte, in machine.json
 */
gboolean
drover_document_equal (DroverDocument *self, DroverDocument *other)
{
  g_autofree char *text = NULL;
  g_autofree char *other_text = NULL;

  if (self == other)
    return TRUE;
  if (differ_in_arguments (self->arguments, other->arguments))
    return FALSE;

  text = drover_document_to_text (self);
  other_text = drover_document_to_text (other);
  return g_str_equal (text, other_text);
}
