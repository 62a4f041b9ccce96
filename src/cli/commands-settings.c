/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>
#include <string.h>

#include "drover-error.h"
#include "drover-forward.h"
#include "drover-options-file.h"
#include "drover-part.h"
#include "drover-setting.h"
#include "drover-shell.h"
#include "drover-tpm.h"
#include "droverctl.h"
#include "setting-tpm.h"

/* What of a machine a command speaks of: `memory.size`, or `disk[d0].cache`. */
typedef struct
{
  DroverMachine *machine;
  DroverDocument *document;
  GPtrArray *arguments;
  const DroverSetting *setting;
  DroverPart *part; /* NULL for a setting of the whole machine */
} Subject;

static void
subject_clear (Subject *self)
{
  g_clear_pointer (&self->part, drover_part_free);
  g_clear_pointer (&self->arguments, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Subject, subject_clear)

static const char *const part_kinds[] = {
  DROVER_PART_DISK,   DROVER_PART_CARD,      DROVER_PART_SOUND,  DROVER_PART_NUMA,
  DROVER_PART_SHARE,  DROVER_PART_CHARACTER, DROVER_PART_OBJECT, DROVER_PART_DEVICE,
};

static const DroverScope *
get_scope (const Subject *subject)
{
  return subject->part != NULL ? &subject->part->scope : NULL;
}

/* Of which kind of part a setting is; %NULL for one of the whole machine. */
static const char *
get_kind (const DroverSetting *setting)
{
  for (guint i = 0; i < G_N_ELEMENTS (part_kinds); i++)
    {
      guint n;
      const DroverSetting *const *list = drover_settings_list_for (part_kinds[i], &n);

      for (guint j = 0; j < n; j++)
        if (list[j] == setting)
          return part_kinds[i];
    }

  return NULL;
}

static gboolean
open_machine (Invocation *invocation, Subject *subject, GError **error)
{
  subject->machine = find_machine (invocation, error);
  if (subject->machine == NULL)
    return FALSE;
  if (drover_machine_get_error (subject->machine) != NULL)
    {
      g_propagate_error (error, g_error_copy (drover_machine_get_error (subject->machine)));
      return FALSE;
    }

  subject->document = drover_machine_get_document (subject->machine);
  subject->arguments = list_all_arguments (subject->machine);
  return TRUE;
}

static gboolean
refuse_name (const char *name, GError **error)
{
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
               _("There is no setting “%s”; “droverctl settings” lists them"), name);
  return FALSE;
}

static char *
list_ids (GPtrArray *arguments, const char *kind)
{
  g_autoptr (GPtrArray) parts = drover_parts_list (arguments, kind);
  GString *ids = g_string_new (NULL);

  for (guint i = 0; i < parts->len; i++)
    g_string_append_printf (ids, "%s%s", i > 0 ? ", " : "", ((DroverPart *) parts->pdata[i])->id);

  return g_string_free_and_steal (ids);
}

/* A part's setting without the part: which ones there are is said. */
static gboolean
refuse_bare (Subject *subject, const char *kind, GError **error)
{
  g_autofree char *ids = list_ids (subject->arguments, kind);
  const char *name = strchr (subject->setting->id, '.');

  if (*ids == '\0')
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                 _("“%s” needs to be told of which one, as %s[ID]%s; the machine has none"),
                 subject->setting->id, kind, name);
  else
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                 _("“%s” needs to be told of which one, as %s[ID]%s; the machine has %s"),
                 subject->setting->id, kind, name, ids);
  return FALSE;
}

static gboolean
find_part (Subject *subject, const char *kind, const char *id, GError **error)
{
  g_autoptr (GPtrArray) parts = drover_parts_list (subject->arguments, kind);
  g_autoptr (DroverPart) other = NULL;

  for (guint i = 0; i < parts->len; i++)
    if (g_str_equal (((DroverPart *) parts->pdata[i])->id, id))
      {
        subject->part = g_ptr_array_steal_index (parts, i);
        return TRUE;
      }

  other = drover_parts_find (subject->arguments, id);
  if (other != NULL && g_str_equal (other->kind, kind))
    {
      subject->part = g_steal_pointer (&other);
      return TRUE;
    }

  g_set_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT,
               _("The machine has no %s “%s”; “droverctl show” lists what it has"), kind, id);
  return FALSE;
}

static gboolean
parse_name (Subject *subject, const char *name, GError **error)
{
  const char *open = strchr (name, '[');
  const char *close = open != NULL ? strrchr (open, ']') : NULL;
  g_autofree char *kind = NULL;
  g_autofree char *id = NULL;
  g_autofree char *setting_id = NULL;
  const char *found_kind;

  if (open != NULL && close != NULL)
    {
      kind = g_strndup (name, open - name);
      id = g_strndup (open + 1, close - open - 1);
      setting_id = g_strconcat (kind, close + 1, NULL);
    }

  subject->setting = drover_setting_find (setting_id != NULL ? setting_id : name);
  if (subject->setting == NULL)
    return refuse_name (name, error);

  found_kind = get_kind (subject->setting);
  if ((kind != NULL) != (found_kind != NULL) || g_strcmp0 (kind, found_kind) != 0)
    return found_kind != NULL && kind == NULL ? refuse_bare (subject, found_kind, error)
                                              : refuse_name (name, error);

  return kind == NULL || find_part (subject, kind, id, error);
}

static gboolean
open_subject (Invocation *invocation, Subject *subject, GError **error)
{
  return open_machine (invocation, subject, error) &&
         parse_name (subject, invocation->operands[1], error);
}

static char *
dup_full_name (const DroverSetting *setting, const DroverPart *part)
{
  return part == NULL ? g_strdup (setting->id)
                      : g_strdup_printf ("%s[%s]%s", part->kind, part->id,
                                         strchr (setting->id, '.'));
}

static void
set_text (JsonObject *object, const char *member, const char *text)
{
  if (text != NULL)
    json_object_set_string_member (object, member, text);
  else
    json_object_set_null_member (object, member);
}

/* What a setting is in a machine, for --json. */
static JsonObject *
describe (const DroverSetting *setting, GPtrArray *arguments, const DroverPart *part)
{
  static const char *const states[] = {
    [DROVER_SETTING_ABSENT] = "absent",
    [DROVER_SETTING_VALUE] = "value",
    [DROVER_SETTING_OPAQUE] = "opaque",
    [DROVER_SETTING_CONFLICT] = "conflict",
  };
  const DroverScope *scope = part != NULL ? &part->scope : NULL;
  g_autoptr (DroverReading) reading = drover_setting_read (setting, arguments, scope);
  g_autofree char *words = drover_setting_dup_words (setting, arguments, scope, NULL);
  g_autofree char *name = dup_full_name (setting, part);
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "setting", name);
  json_object_set_string_member (object, "page", setting->page);
  json_object_set_string_member (object, "title", _(setting->title));
  json_object_set_string_member (object, "state", states[reading->state]);
  set_text (object, "text", reading->text);
  set_text (object, "words", words);
  json_object_set_int_member (object, "argument", reading->argument);
  if (reading->file != NULL)
    json_object_set_string_member (object, "file", reading->file);
  return object;
}

/* get */

static void
warn (const DroverSetting *setting, DroverSettingState state)
{
  if (state == DROVER_SETTING_CONFLICT)
    g_printerr (_("%s is set more than once; this is the last one\n"), setting->id);
  else if (state == DROVER_SETTING_OPAQUE)
    g_printerr (_("%s has a value that Drover does not understand\n"), setting->id);
}

static gboolean
run_get (Invocation *invocation, GError **error)
{
  g_auto (Subject) subject = { NULL };
  g_autoptr (DroverReading) reading = NULL;

  if (is_tpm (invocation->operands[1]))
    return get_tpm (invocation, error);
  if (!open_subject (invocation, &subject, error))
    return FALSE;

  if (option_json)
    {
      print_json_take (describe (subject.setting, subject.arguments, subject.part));
      return TRUE;
    }

  reading = drover_setting_read (subject.setting, subject.arguments, get_scope (&subject));
  if (reading->text != NULL)
    g_print ("%s\n", reading->text);
  warn (subject.setting, reading->state);
  return TRUE;
}

const Command get_command = {
  "get", "MACHINE SETTING", N_("Print a setting; nothing where it is left to QEMU"), 2,
  json_options, run_get,
};

/* set and unset */

static gboolean
is_equal (GPtrArray *a, GPtrArray *b)
{
  if (a->len != b->len)
    return FALSE;

  for (guint i = 0; i < a->len; i++)
    if (a->pdata[i] != b->pdata[i])
      {
        g_autoptr (JsonNode) node_a = drover_argument_to_json (a->pdata[i]);
        g_autoptr (JsonNode) node_b = drover_argument_to_json (b->pdata[i]);

        if (!json_node_equal (node_a, node_b))
          return FALSE;
      }

  return TRUE;
}

static gboolean
write_setting (Invocation *invocation, const char *text, GError **error)
{
  g_auto (Subject) subject = { NULL };
  g_autoptr (GPtrArray) arguments = NULL;
  g_autoptr (DroverDocument) document = NULL;

  if (!open_subject (invocation, &subject, error))
    return FALSE;

  arguments = drover_setting_write (subject.setting, subject.arguments, get_scope (&subject), text,
                                    error);
  if (arguments == NULL)
    return FALSE;
  if (is_equal (arguments, subject.arguments))
    return TRUE;

  document = drover_document_with_arguments (subject.document, arguments);
  if (!drover_machine_save (subject.machine, document, error))
    return FALSE;

  tell_when_it_counts (subject.machine);
  return TRUE;
}

static gboolean
run_set (Invocation *invocation, GError **error)
{
  return is_tpm (invocation->operands[1])
           ? write_tpm (invocation, invocation->operands[2], error)
           : write_setting (invocation, invocation->operands[2], error);
}

static gboolean
run_unset (Invocation *invocation, GError **error)
{
  return is_tpm (invocation->operands[1]) ? write_tpm (invocation, NULL, error)
                                          : write_setting (invocation, NULL, error);
}

static const GOptionEntry no_options[] = { { NULL } };

const Command set_command = {
  "set", "MACHINE SETTING VALUE", N_("Change a setting where it stands, or add it"), 3, no_options,
  run_set, 0,
  N_("tpm.version 2.0 or 1.2 gives the machine a TPM: Drover runs swtpm for it. “unset” takes it "
     "out again; its keys are kept in the machine’s folder until the machine is deleted."),
};

const Command unset_command = {
  "unset", "MACHINE SETTING", N_("Leave a setting to QEMU"), 2, no_options, run_unset,
};

/* settings */

static char *
dup_place (const DroverPlace *place)
{
  if (*place->option == '\0')
    return g_strdup (_("an image without an option"));
  if (place->key == NULL)
    return g_strdup_printf ("-%s", place->option);
  if (place->means != NULL)
    return g_strdup_printf ("-%s %s,%s=", place->option, place->means, place->key);

  return g_strdup_printf ("-%s %s=", place->option, place->key);
}

static JsonArray *
describe_places (const DroverSetting *setting)
{
  JsonArray *places = json_array_new ();

  for (const DroverPlace *place = setting->places; place->option != NULL; place++)
    {
      JsonObject *object = json_object_new ();

      json_object_set_string_member (object, "option", place->option);
      set_text (object, "key", place->key);
      set_text (object, "means", place->means);
      json_array_add_object_element (places, object);
    }

  return places;
}

static JsonObject *
describe_setting (const DroverSetting *setting, const char *kind)
{
  static const char *const kinds[] = {
    [DROVER_SETTING_TEXT] = "text",     [DROVER_SETTING_INTEGER] = "integer",
    [DROVER_SETTING_SIZE] = "size",     [DROVER_SETTING_SWITCH] = "switch",
    [DROVER_SETTING_CHOICE] = "choice", [DROVER_SETTING_PATH] = "path",
    [DROVER_SETTING_FLAGS] = "flags",   [DROVER_SETTING_LIST] = "list",
  };
  JsonObject *object = json_object_new ();
  JsonArray *choices = json_array_new ();

  json_object_set_string_member (object, "id", setting->id);
  set_text (object, "part", kind);
  json_object_set_string_member (object, "page", setting->page);
  set_text (object, "group", setting->group != NULL ? _(setting->group) : NULL);
  json_object_set_string_member (object, "title", _(setting->title));
  json_object_set_string_member (object, "summary", _(setting->summary));
  json_object_set_string_member (object, "kind", kinds[setting->kind]);
  json_object_set_array_member (object, "places", describe_places (setting));
  for (guint i = 0; setting->choices != NULL && setting->choices[i] != NULL; i++)
    json_array_add_string_element (choices, setting->choices[i]);
  json_object_set_array_member (object, "choices", choices);
  set_text (object, "absent", setting->absent != NULL ? _(setting->absent) : NULL);
  set_text (object, "unit", setting->unit != NULL ? _(setting->unit) : NULL);
  return object;
}

static void
print_setting (const DroverSetting *setting, const char *kind)
{
  g_autofree char *name =
    kind == NULL ? g_strdup (setting->id)
                 : g_strdup_printf ("%s[ID]%s", kind, strchr (setting->id, '.'));
  g_autoptr (GString) places = g_string_new (NULL);

  for (const DroverPlace *place = setting->places; place->option != NULL; place++)
    {
      g_autofree char *text = dup_place (place);

      g_string_append_printf (places, "%s%s", places->len > 0 ? ", " : "", text);
    }

  g_print ("%s\n    %s. %s\n    %s\n", name, _(setting->title), _(setting->summary), places->str);
}

static gboolean
run_settings (Invocation *invocation, GError **error)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_ARRAY);
  JsonArray *array = json_array_new ();

  json_node_take_array (node, array);
  for (guint i = 0; i <= G_N_ELEMENTS (part_kinds); i++)
    {
      const char *kind = i > 0 ? part_kinds[i - 1] : NULL;
      guint n;
      const DroverSetting *const *list =
        kind != NULL ? drover_settings_list_for (kind, &n) : drover_settings_list (&n);

      for (guint j = 0; j < n; j++)
        if (option_json)
          json_array_add_object_element (array, describe_setting (list[j], kind));
        else
          print_setting (list[j], kind);
    }

  if (option_json)
    {
      json_array_add_object_element (array, describe_tpm_setting ());
      print_json (node);
    }
  else
    print_tpm_setting ();
  return TRUE;
}

const Command settings_command = {
  "settings", "", N_("List all settings, and where they stand on the command line"), 0,
  json_options, run_settings,
};

/* show */

/* The settings that are there. */
static JsonArray *
describe_settings (const DroverSetting *const *list, guint n, GPtrArray *arguments,
                   const DroverPart *part)
{
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (DroverReading) reading =
        drover_setting_read (list[i], arguments, part != NULL ? &part->scope : NULL);

      if (reading->state != DROVER_SETTING_ABSENT)
        json_array_add_object_element (array, describe (list[i], arguments, part));
    }

  return array;
}

/* The port forwards of a network card, as QEMU writes them. */
static JsonArray *
describe_forwards (GPtrArray *arguments, const DroverPart *part)
{
  JsonArray *array = json_array_new ();
  g_autoptr (GPtrArray) forwards =
    part->scope.back >= 0 ? drover_forwards_list (arguments, part->scope.back) : NULL;

  for (guint i = 0; forwards != NULL && i < forwards->len; i++)
    json_array_add_string_element (array, ((DroverForward *) forwards->pdata[i])->text);

  return array;
}

static void
print_forwards (JsonArray *array)
{
  for (guint i = 0; i < json_array_get_length (array); i++)
    g_print (_("  Port forward: %s\n"), json_array_get_string_element (array, i));
}

static JsonObject *
describe_part (GPtrArray *arguments, const DroverPart *part)
{
  JsonObject *object = json_object_new ();
  guint n;
  const DroverSetting *const *list = drover_settings_list_for (part->kind, &n);

  json_object_set_string_member (object, "part", part->kind);
  json_object_set_string_member (object, "id", part->id);
  set_text (object, "title", part->title);
  json_object_set_boolean_member (object, "legacy", part->legacy);
  json_object_set_array_member (object, "settings", describe_settings (list, n, arguments, part));
  json_object_set_array_member (object, "forwards", describe_forwards (arguments, part));
  return object;
}

static void
print_settings (JsonArray *array, const char *indent)
{
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonObject *object = json_array_get_object_element (array, i);
      const char *state = json_object_get_string_member (object, "state");
      const char *file = json_object_get_string_member_with_default (object, "file", NULL);

      g_print ("%s%-28s %s\n", indent, json_object_get_string_member (object, "setting"),
               json_object_get_string_member_with_default (object, "text", ""));
      if (file != NULL)
        g_print (_("%s    from the file %s\n"), indent, file);
      if (g_str_equal (state, "conflict"))
        g_print (_("%s    set more than once\n"), indent);
      else if (g_str_equal (state, "opaque"))
        g_print (_("%s    not understood\n"), indent);
    }
}

/* Whether one of the rows above shows it. What is switched off none reads. */
static JsonObject *
describe_argument (GPtrArray *arguments, guint i)
{
  DroverArgument *argument = arguments->pdata[i];
  const char *words[] = { drover_argument_get_flag (argument),
                          drover_argument_get_value (argument), NULL };
  g_autofree char *text = drover_shell_from_argv (words[0] != NULL ? words : words + 1);
  g_autoptr (DroverLocation) location = drover_location_find (arguments, i, 0);
  JsonObject *object = json_object_new ();

  json_object_set_int_member (object, "argument", i);
  json_object_set_string_member (object, "words", text);
  json_object_set_boolean_member (object, "enabled", drover_argument_get_enabled (argument));
  set_text (object, "note", drover_argument_get_note (argument));
  json_object_set_boolean_member (object, "shown",
                                  drover_argument_get_enabled (argument) &&
                                    (location->setting != NULL || location->part != NULL));
  return object;
}

/* Every argument of the command line itself. */
static JsonArray *
describe_arguments (GPtrArray *arguments)
{
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < arguments->len; i++)
    if (drover_argument_get_source (arguments->pdata[i]) == NULL)
      json_array_add_object_element (array, describe_argument (arguments, i));

  return array;
}

/* What no row shows, and what the user wrote beside an argument. */
static void
print_arguments (JsonArray *array)
{
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonObject *object = json_array_get_object_element (array, i);
      const char *words = json_object_get_string_member (object, "words");
      const char *note = json_object_get_string_member_with_default (object, "note", NULL);

      if (json_object_get_boolean_member (object, "shown") && note == NULL)
        continue;
      if (json_object_get_boolean_member (object, "enabled"))
        g_print ("%s\n", words);
      else
        g_print (_("Switched off: %s\n"), words);
      if (note != NULL)
        g_print ("  # %s\n", note);
    }
}

/* A file that cannot be read does not go unsaid. */
static void
tell_file_problems (const Subject *subject)
{
  g_autoptr (GPtrArray) problems = drover_arguments_list_file_problems (
    subject->arguments, drover_machine_get_directory (subject->machine));

  for (guint i = 0; i < problems->len; i++)
    g_printerr ("%s\n", (char *) problems->pdata[i]);
}

static gboolean
run_show (Invocation *invocation, GError **error)
{
  g_auto (Subject) subject = { NULL };
  g_autoptr (GPtrArray) parts = NULL;
  g_autoptr (JsonArray) settings = NULL;
  JsonArray *part_array;
  JsonObject *object;
  guint n;
  const DroverSetting *const *list = drover_settings_list (&n);

  if (!open_machine (invocation, &subject, error))
    return FALSE;

  tell_file_problems (&subject);
  settings = describe_settings (list, n, subject.arguments, NULL);
  parts = drover_parts_list (subject.arguments, NULL);
  part_array = json_array_new ();
  for (guint i = 0; i < parts->len; i++)
    json_array_add_object_element (part_array,
                                   describe_part (subject.arguments, parts->pdata[i]));

  object = json_object_new ();
  json_object_set_string_member (object, "slug", drover_machine_get_slug (subject.machine));
  json_object_set_string_member (object, "name", drover_machine_get_name (subject.machine));
  set_text (object, "program", drover_document_get_program (subject.document));
  if (drover_tpm_get_version (subject.document) != NULL)
    json_array_add_object_element (settings, describe_tpm (subject.document));
  json_object_set_array_member (object, "settings", json_array_ref (settings));
  json_object_set_array_member (object, "parts", part_array);
  json_object_set_array_member (object, "arguments", describe_arguments (subject.arguments));
  if (option_json)
    {
      print_json_take (object);
      return TRUE;
    }

  g_print ("%s\n%s\n", drover_machine_get_name (subject.machine),
           drover_document_get_program (subject.document));
  print_settings (settings, "  ");
  for (guint i = 0; i < parts->len; i++)
    {
      const DroverPart *part = parts->pdata[i];

      JsonObject *described = json_array_get_object_element (part_array, i);

      g_print ("%s[%s]  %s\n", part->kind, part->id, part->title);
      print_settings (json_object_get_array_member (described, "settings"), "  ");
      print_forwards (json_object_get_array_member (described, "forwards"));
    }
  print_arguments (json_object_get_array_member (object, "arguments"));
  json_object_unref (object);
  return TRUE;
}

const Command show_command = {
  "show", "MACHINE", N_("Show what a machine’s command line says, setting by setting"), 1,
  json_options, run_show,
};
