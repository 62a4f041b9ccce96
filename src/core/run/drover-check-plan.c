/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "drover-check-private.h"
#include "drover-json.h"
#include "drover-keyval.h"

/* The dry run's command is the document's own, argument by argument in its order. What would be
 * felt outside of QEMU is taken out of an argument, or the argument is left out:
 *
 *   disks           opened read-only, without locks, below a throw-away overlay
 *   sockets, ports  listen in the scratch folder, or not at all; nobody is connected to
 *   files written   pid file, logs, traces, memory files, …: in the scratch folder
 *   host devices    USB, VFIO, TPM, input: not taken hold of
 *   the machine's TPM: a new, empty one, for the check alone
 *   windows, sound  none
 *   -daemonize, -incoming, -loadvm, -preconfig: it would not come up, or not stay ours
 */

static void
line_free (gpointer data)
{
  DroverCheckLine *line = data;

  g_free (line->flag);
  g_free (line->value);
  g_free (line);
}

static void
port_free (gpointer data)
{
  DroverCheckPort *port = data;

  g_free (port->host);
  g_free (port);
}

/*
 * _drover_check_plan_free:
 *
 * Frees the plan. The files in its scratch folder are its maker's.
 */
void
_drover_check_plan_free (DroverCheckPlan *self)
{
  drover_document_unref (self->document);
  g_free (self->folder);
  g_free (self->scratch);
  g_free (self->display);
  g_ptr_array_unref (self->lines);
  g_ptr_array_unref (self->ports);
  g_ptr_array_unref (self->problems);
  g_ptr_array_unref (self->left_out);
  g_ptr_array_unref (self->services);
  g_free (self);
}

static gboolean
has_line (DroverCheckPlan *self, const char *flag, const char *value)
{
  for (guint i = 0; i < self->lines->len; i++)
    {
      const DroverCheckLine *line = self->lines->pdata[i];

      if (g_strcmp0 (line->flag, flag) == 0 && g_strcmp0 (line->value, value) == 0)
        return TRUE;
    }

  return FALSE;
}

/*
 * _drover_check_plan_add:
 *
 * Adds an argument. QEMU's messages name an argument by its text, so the second of two equal
 * ones gets the other number of dashes, which QEMU takes for the same.
 */
void
_drover_check_plan_add (DroverCheckPlan *self, const char *flag, const char *value, int argument)
{
  DroverCheckLine *line = g_new0 (DroverCheckLine, 1);

  if (flag != NULL && has_line (self, flag, value))
    line->flag = flag[1] == '-' ? g_strdup (flag + 1) : g_strconcat ("-", flag, NULL);
  else
    line->flag = g_strdup (flag);
  line->value = g_strdup (value);
  line->argument = argument;
  g_ptr_array_add (self->lines, line);
}

/*
 * _drover_check_plan_dup_argv:
 *
 * Returns: (transfer full): the arguments, without the program
 */
GStrv
_drover_check_plan_dup_argv (DroverCheckPlan *self)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 0; i < self->lines->len; i++)
    {
      const DroverCheckLine *line = self->lines->pdata[i];

      if (line->flag != NULL)
        g_strv_builder_add (builder, line->flag);
      if (line->value != NULL)
        g_strv_builder_add (builder, line->value);
    }

  return g_strv_builder_end (builder);
}

/*
 * _drover_check_plan_dup_scratch_path:
 * @name: what the file is for
 *
 * Returns: (transfer full): the path of a new file in the scratch folder
 */
char *
_drover_check_plan_dup_scratch_path (DroverCheckPlan *self, const char *name)
{
  return g_strdup_printf ("%s/%s%u", self->scratch, name, self->n_files++);
}

/*
 * _drover_check_parse_object:
 *
 * Returns: (transfer full) (nullable): the object of a value that is JSON; %NULL for a keyval,
 *   or where it is broken, which is QEMU's to say
 */
JsonObject *
_drover_check_parse_object (const char *value)
{
  g_autoptr (JsonNode) node = NULL;

  if (value[0] != '{' || (node = drover_json_parse (value, -1, NULL)) == NULL ||
      !JSON_NODE_HOLDS_OBJECT (node))
    return NULL;

  return json_node_dup_object (node);
}

/*
 * _drover_check_object_to_text:
 *
 * Returns: (transfer full): @object on one line
 */
char *
_drover_check_object_to_text (JsonObject *object)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);

  json_node_set_object (node, object);
  return drover_json_to_text (node, FALSE);
}

/*
 * _drover_check_dup_field:
 * @implied: (nullable): the implied first key
 *
 * Returns: (transfer full) (nullable): what @value has for @key, as text
 */
char *
_drover_check_dup_field (const char *value, const char *implied, const char *key)
{
  g_autoptr (JsonObject) object = _drover_check_parse_object (value);
  JsonNode *member;

  if (object == NULL)
    return value[0] == '{' ? NULL : drover_keyval_dup (value, implied, key);

  member = json_object_get_member (object, key);
  if (member == NULL || !JSON_NODE_HOLDS_VALUE (member))
    return NULL;
  if (json_node_get_value_type (member) == G_TYPE_BOOLEAN)
    return g_strdup (json_node_get_boolean (member) ? "on" : "off");
  if (json_node_get_value_type (member) == G_TYPE_STRING)
    return json_node_dup_string (member);

  return drover_json_to_text (member, FALSE);
}

static void
set_member (JsonObject *object, const char *key, const char *text)
{
  char *end = NULL;
  gint64 number = g_ascii_strtoll (text, &end, 10);

  if (g_str_equal (text, "on") || g_str_equal (text, "off"))
    json_object_set_boolean_member (object, key, g_str_equal (text, "on"));
  else if (*text != '\0' && *end == '\0')
    json_object_set_int_member (object, key, number);
  else
    json_object_set_string_member (object, key, text);
}

/*
 * _drover_check_set_field:
 * @text: the new value, `on` and `off` for a boolean
 *
 * Returns: (transfer full): @value with @key set
 */
char *
_drover_check_set_field (const char *value, const char *implied, const char *key, const char *text)
{
  g_autoptr (JsonObject) object = _drover_check_parse_object (value);

  if (object == NULL)
    return value[0] == '{' ? g_strdup (value) : drover_keyval_set (value, implied, key, text);

  set_member (object, key, text);
  return _drover_check_object_to_text (object);
}

/*
 * _drover_check_remove_field:
 *
 * Returns: (transfer full): @value without @key
 */
char *
_drover_check_remove_field (const char *value, const char *implied, const char *key)
{
  g_autoptr (JsonObject) object = _drover_check_parse_object (value);

  if (object == NULL)
    return value[0] == '{' ? g_strdup (value) : drover_keyval_remove (value, implied, key);

  json_object_remove_member (object, key);
  return _drover_check_object_to_text (object);
}

static void
add_argument (DroverCheckPlan *self, DroverArgument *argument, int index)
{
  if (!_drover_check_rewrite_disk (self, argument, index) &&
      !_drover_check_rewrite_backend (self, argument, index))
    _drover_check_plan_add (self, drover_argument_get_flag (argument),
                            drover_argument_get_value (argument), index);
}

static gboolean
has_option (DroverDocument *document, const char *const *options)
{
  GPtrArray *arguments = drover_document_get_arguments (document);

  for (guint i = 0; i < arguments->len; i++)
    if (drover_argument_get_enabled (arguments->pdata[i]) &&
        g_strv_contains (options, drover_argument_get_option (arguments->pdata[i])))
      return TRUE;

  return FALSE;
}

/* What QEMU does on its own when nothing is said. */
static void
add_defaults (DroverCheckPlan *self)
{
  static const char *const audio[] = { "audio", "audiodev", "help", "h", "version", NULL };
  static const char *const readconfig[] = { "readconfig", NULL };

  _drover_check_plan_add (self, "-display", "none", -1);
  if (!has_option (self->document, audio))
    _drover_check_plan_add (self, "-audio", "none", -1);

  /* Drives in a file of options are not in sight here. */
  if (has_option (self->document, readconfig))
    _drover_check_plan_add (self, "-snapshot", NULL, -1);
}

/*
 * _drover_check_plan_new:
 * @document: what to check
 * @folder: (nullable): the machine's folder
 * @scratch: a private, empty folder
 *
 * Computes what the dry run starts, and writes the overlays of its disks. In a fiber, as it may
 * have to ask `qemu-img`. The services that it starts are its maker's to end.
 *
 * Returns: (transfer full): the plan
 */
DroverCheckPlan *
_drover_check_plan_new (DroverDocument *document, const char *folder, const char *scratch)
{
  DroverCheckPlan *self = g_new0 (DroverCheckPlan, 1);
  GPtrArray *arguments = drover_document_get_arguments (document);

  self->document = drover_document_ref (document);
  self->folder = g_strdup (folder);
  self->scratch = g_strdup (scratch);
  self->lines = g_ptr_array_new_with_free_func (line_free);
  self->ports = g_ptr_array_new_with_free_func (port_free);
  self->problems =
    g_ptr_array_new_with_free_func ((GDestroyNotify) _drover_check_problem_free);
  self->left_out = g_ptr_array_new_with_free_func (g_free);
  self->services = drover_services_new ();
  self->tpm_chardev = -1;
  self->display_argument = -1;
  _drover_check_start_tpm (self);

  for (guint i = 0; i < arguments->len; i++)
    if (drover_argument_get_enabled (arguments->pdata[i]))
      add_argument (self, arguments->pdata[i], i);
  add_defaults (self);
  return self;
}
