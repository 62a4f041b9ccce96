/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "drover-error.h"
#include "drover-keyval.h"
#include "drover-option.h"
#include "drover-template-private.h"

/* What the arguments are made from. */
typedef struct
{
  DroverTemplate *template;
  const DroverTemplateHost *host;
  const DroverTemplateChoices *choices;
  guint64 memory;
  guint cpus;
  const char *firmware;
  gboolean escaped; /* a placeholder stands among keys and values, where a comma separates */
} Making;

/* Where a placeholder begins: a brace, a name, a brace. Other braces are text, as in JSON. */
static gboolean
find_placeholder (const char *text, gsize *length)
{
  *length = strspn (text + 1, "abcdefghijklmnopqrstuvwxyz0123456789._-");
  return g_ascii_islower (text[1]) && text[1 + *length] == '}';
}

/*
 * _drover_template_expand:
 * @text: a value with placeholders; `{{` is a brace
 * @missing: (out) (optional): the placeholder that @func had nothing for
 *
 * Returns: (transfer full) (nullable): the value; %NULL when @func returned %NULL
 */
char *
_drover_template_expand (const char *text, DroverPlaceholderFunc func, gpointer user_data,
                         char **missing)
{
  g_autoptr (GString) result = g_string_new (NULL);
  gsize length;

  for (const char *p = text; *p != '\0'; p++)
    {
      if (p[0] == '{' && p[1] == '{')
        g_string_append_c (result, *p++);
      else if (p[0] == '{' && find_placeholder (p, &length))
        {
          g_autofree char *name = g_strndup (p + 1, length);
          g_autofree char *value = func (name, user_data);

          if (value == NULL)
            {
              if (missing != NULL)
                *missing = g_steal_pointer (&name);
              return NULL;
            }
          g_string_append (result, value);
          p += length + 1;
        }
      else
        g_string_append_c (result, *p);
    }
  return g_string_free (g_steal_pointer (&result), FALSE);
}

/*
 * _drover_template_escape:
 *
 * Returns: (transfer full): what _drover_template_expand() makes @text of
 */
char *
_drover_template_escape (const char *text)
{
  GString *result = g_string_new (NULL);

  for (const char *p = text; *p != '\0'; p++)
    {
      if (p[0] == '{' && (p[1] == '{' || g_ascii_islower (p[1])))
        g_string_append_c (result, '{');
      g_string_append_c (result, *p);
    }
  return g_string_free (result, FALSE);
}

static const char *
get_medium_path (Making *self, const char *id)
{
  return self->choices->media != NULL ? g_hash_table_lookup (self->choices->media, id) : NULL;
}

/* What was given for a placeholder, not yet escaped. */
static char *
dup_given (Making *self, const char *name)
{
  const DroverTemplateChoices *choices = self->choices;

  if (g_str_has_prefix (name, "media."))
    return g_strdup (get_medium_path (self, name + strlen ("media.")));
  if (g_str_equal (name, "name"))
    return g_strdup (choices->name != NULL ? choices->name
                                           : drover_template_get_title (self->template));
  if (g_str_equal (name, "memory"))
    return _drover_template_print_size (self->memory);
  if (g_str_equal (name, "cpus"))
    return g_strdup_printf ("%u", self->cpus);
  if (g_str_equal (name, "disk"))
    return g_strdup (choices->disk != NULL ? choices->disk : "disk.qcow2");
  if (g_str_equal (name, "kernel"))
    return g_strdup (choices->kernel);
  if (g_str_equal (name, "initrd"))
    return g_strdup (choices->initrd);
  if (g_str_equal (name, "seed"))
    return g_strdup (choices->seed);
  if (g_str_equal (name, "ssh-port") && choices->ssh_port != 0)
    return g_strdup_printf ("%u", choices->ssh_port);

  return NULL;
}

static char *
placeholder_cb (const char *name, gpointer user_data)
{
  Making *self = user_data;
  g_autofree char *value = dup_given (self, name);

  if (value == NULL || !self->escaped)
    return g_steal_pointer (&value);
  return drover_keyval_escape (value);
}

static gboolean
is_offered (Making *self, const char *feature)
{
  for (guint i = 0; self->host->cpu_features != NULL && self->host->cpu_features[i] != NULL; i++)
    {
      g_autofree char *offered = g_strdelimit (g_strdup (self->host->cpu_features[i]), "_", '-');

      if (g_str_equal (offered, feature))
        return TRUE;
    }
  return FALSE;
}

static gboolean
is_any (JsonObject *condition, const char *member, const char *actual)
{
  g_auto (GStrv) wanted = _drover_template_dup_texts (condition, member);

  return wanted == NULL ||
         (actual != NULL && g_strv_contains ((const char *const *) wanted, actual));
}

static gboolean
are_all_given (Making *self, JsonObject *condition)
{
  g_auto (GStrv) wanted = _drover_template_dup_texts (condition, "given");

  for (guint i = 0; wanted != NULL && wanted[i] != NULL; i++)
    {
      g_autofree char *value = dup_given (self, wanted[i]);

      if (value == NULL)
        return FALSE;
    }
  return TRUE;
}

static gboolean
are_all_offered (Making *self, JsonObject *condition)
{
  g_auto (GStrv) wanted = _drover_template_dup_texts (condition, "cpu-features");

  for (guint i = 0; wanted != NULL && wanted[i] != NULL; i++)
    if (!is_offered (self, wanted[i]))
      return FALSE;

  return TRUE;
}

static gboolean
is_flag (JsonObject *condition, const char *member, gboolean actual)
{
  return !json_object_has_member (condition, member) ||
         !json_object_get_boolean_member (condition, member) == !actual;
}

static const char *
get_os (const DroverTemplateHost *host)
{
  if (host->os != NULL)
    return host->os;
#ifdef __APPLE__
  return "macos";
#else
  return "linux";
#endif
}

static gboolean
holds (Making *self, JsonObject *condition)
{
  return is_any (condition, "architecture", self->host->architecture) &&
         is_any (condition, "accelerator", self->host->accelerator) &&
         is_any (condition, "host", get_os (self->host)) &&
         is_any (condition, "firmware", self->firmware) &&
         is_flag (condition, "display", self->choices->display) &&
         is_flag (condition, "unattended", self->choices->unattended) &&
         are_all_given (self, condition) && are_all_offered (self, condition);
}

static gboolean
is_wanted (Making *self, JsonObject *object)
{
  JsonNode *when = json_object_get_member (object, "when");
  JsonNode *unless = json_object_get_member (object, "unless");

  return (when == NULL || holds (self, json_node_get_object (when))) &&
         (unless == NULL || !holds (self, json_node_get_object (unless)));
}

static gboolean
refuse_missing (Making *self, const char *missing, GError **error)
{
  const DroverTemplateMedium *medium = NULL;

  if (g_str_has_prefix (missing, "media."))
    medium = drover_template_find_medium (self->template, missing + strlen ("media."),
                                          self->host->architecture);
  if (medium != NULL)
    g_set_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT,
                 _("“%s” cannot be made without “%s”: no file was given for it"),
                 drover_template_get_title (self->template), medium->title);
  else
    g_set_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT,
                 _("“%s” cannot be made: nothing was given for {%s}"),
                 drover_template_get_title (self->template), missing);
  return FALSE;
}

static gboolean
append_expanded (Making *self, GString *value, const char *text, GError **error)
{
  g_autofree char *missing = NULL;
  g_autofree char *expanded = _drover_template_expand (text, placeholder_cb, self, &missing);

  if (expanded == NULL)
    return refuse_missing (self, missing, error);
  g_string_append (value, expanded);
  return TRUE;
}

/* Reasons stand below each other, as a list under the argument's own. */
static void
append_reason (GString *note, const char *part, JsonObject *object)
{
  const char *why = json_object_get_string_member (object, "why");

  if (part != NULL)
    g_string_append_printf (note, "\n%s: ", part);
  g_string_append (note, _drover_template_translate (why));
}

static gboolean
append_parts (Making *self, JsonObject *object, GString *value, GString *note, GError **error)
{
  JsonArray *parts = json_object_has_member (object, "parts")
                       ? json_object_get_array_member (object, "parts")
                       : NULL;

  for (guint i = 0; parts != NULL && i < json_array_get_length (parts); i++)
    {
      JsonObject *part = json_array_get_object_element (parts, i);
      const char *text = json_object_get_string_member (part, "value");
      gsize start;

      if (!is_wanted (self, part))
        continue;
      g_string_append_c (value, ',');
      start = value->len;
      if (!append_expanded (self, value, text, error))
        return FALSE;
      append_reason (note, value->str + start, part);
    }
  return TRUE;
}

static DroverArgument *
make_argument (Making *self, JsonObject *object, GError **error)
{
  const char *flag = json_object_get_string_member_with_default (object, "flag", NULL);
  const char *text = json_object_get_string_member_with_default (object, "value", NULL);
  g_autoptr (GString) value = g_string_new (NULL);
  g_autoptr (GString) note = g_string_new (NULL);
  g_autoptr (DroverArgument) bare = NULL;
  g_autoptr (DroverArgument) noted = NULL;
  const DroverOption *option;

  bare = drover_argument_new (flag, text);
  option = drover_option_find (drover_argument_get_option (bare));
  self->escaped = option != NULL && option->grammar == DROVER_OPTION_KEYVAL;

  append_reason (note, NULL, object);
  if ((text != NULL && !append_expanded (self, value, text, error)) ||
      !append_parts (self, object, value, note, error))
    return NULL;

  g_clear_pointer (&bare, drover_argument_unref);
  bare = drover_argument_new (flag, text != NULL ? value->str : NULL);
  noted = drover_argument_with_note (bare, note->str);
  return drover_argument_with_phase (
    noted, json_object_get_string_member_with_default (object, "phase", NULL));
}

static GPtrArray *
make_arguments (Making *self, GError **error)
{
  JsonObject *root = _drover_template_get_root (self->template);
  JsonArray *array = json_object_get_array_member (root, "arguments");
  g_autoptr (GPtrArray) arguments =
    g_ptr_array_new_with_free_func ((GDestroyNotify) drover_argument_unref);

  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonObject *object = json_array_get_object_element (array, i);
      DroverArgument *argument;

      if (!is_wanted (self, object))
        continue;
      argument = make_argument (self, object, error);
      if (argument == NULL)
        return NULL;
      g_ptr_array_add (arguments, argument);
    }
  return g_steal_pointer (&arguments);
}

static JsonNode *
take_object (JsonObject *object)
{
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);

  json_node_take_object (node, object);
  return node;
}

static JsonNode *
make_origin (Making *self)
{
  JsonObject *origin = json_object_new ();
  JsonArray *list = json_array_new ();
  g_autoptr (GPtrArray) media =
    drover_template_list_media (self->template, self->host->architecture);

  json_object_set_string_member (origin, "template", drover_template_get_id (self->template));
  for (guint i = 0; i < media->len; i++)
    {
      const DroverTemplateMedium *medium = media->pdata[i];
      const char *path = get_medium_path (self, medium->id);
      JsonObject *object;

      if (path == NULL)
        continue;
      object = json_object_new ();
      json_object_set_string_member (object, "id", medium->id);
      json_object_set_string_member (object, "file", path);
      json_array_add_object_element (list, object);
    }
  json_object_set_array_member (origin, "media", list);
  return take_object (origin);
}

static JsonNode *
make_install (Making *self)
{
  const char *kind = drover_template_get_unattended (self->template);
  JsonObject *install;

  if (kind == NULL || !self->choices->unattended)
    return NULL;
  install = json_object_new ();
  json_object_set_string_member (install, "state", "pending");
  json_object_set_string_member (install, "kind", kind);
  if (self->choices->user != NULL)
    json_object_set_string_member (install, "user", self->choices->user);
  if (self->choices->ssh_port != 0)
    json_object_set_int_member (install, "ssh-port", self->choices->ssh_port);
  if (drover_template_get_press_key (self->template) != NULL)
    json_object_set_string_member (install, "press-key",
                                   drover_template_get_press_key (self->template));
  return take_object (install);
}

static DroverDocument *
make_document (Making *self, GPtrArray *arguments)
{
  JsonObject *root = _drover_template_get_root (self->template);
  g_autofree char *name = dup_given (self, "name");
  g_autofree char *program = self->host->program != NULL
                               ? g_strdup (self->host->program)
                               : g_strconcat ("qemu-system-", self->host->architecture, NULL);
  g_autoptr (DroverDocument) bare = drover_document_new (name, program);
  const char *accelerator =
    json_object_get_string_member_with_default (root, "accelerator", "automatic");
  g_autoptr (DroverDocument) accelerated = drover_document_with_accelerator (
    bare, g_str_equal (accelerator, "none") ? NULL : accelerator);
  g_autoptr (DroverDocument) filled = drover_document_with_arguments (accelerated, arguments);
  g_autoptr (JsonNode) origin = make_origin (self);
  g_autoptr (JsonNode) install = make_install (self);
  g_autoptr (DroverDocument) with_origin = drover_document_with_member (filled, "origin", origin);

  return install != NULL ? drover_document_with_member (with_origin, "install", install)
                         : g_steal_pointer (&with_origin);
}

/**
 * drover_template_suggest_memory:
 * @host: what the machine is for
 *
 * Returns: memory for a new machine, in bytes: what the template recommends, but not more than
 *   half of the host's where the system can do with less; 0 when it is not to choose
 */
guint64
drover_template_suggest_memory (DroverTemplate *self, const DroverTemplateHost *host)
{
  const guint64 gib = (guint64) 1 << 30;
  guint64 memory = drover_template_get_memory (self);
  guint64 half = host->memory / 2 >= gib ? host->memory / 2 / gib * gib : host->memory / 2;

  if (host->memory == 0 || memory <= half)
    return memory;
  return MAX (half >> 20 << 20, drover_template_get_least_memory (self));
}

/**
 * drover_template_suggest_cpus:
 * @host: what the machine is for
 *
 * Returns: processors for a new machine: what the template recommends, but not more than the
 *   host has where the system can do with fewer; 0 when that is not to choose
 */
guint
drover_template_suggest_cpus (DroverTemplate *self, const DroverTemplateHost *host)
{
  guint cpus = drover_template_get_cpus (self);

  if (host->cpus == 0 || cpus <= host->cpus)
    return cpus;
  return MAX (host->cpus, drover_template_get_least_cpus (self));
}

static gboolean
check_size (DroverTemplate *self, guint64 size, guint64 least, guint64 most, const char *too_little,
            const char *too_much, GError **error)
{
  const gboolean is_little = size != 0 && size < least;
  g_autofree char *asked = g_format_size_full (size, G_FORMAT_SIZE_IEC_UNITS);
  g_autofree char *limit = g_format_size_full (is_little ? least : most, G_FORMAT_SIZE_IEC_UNITS);
  g_autoptr (GString) message = NULL;

  if (!is_little && (most == 0 || size <= most))
    return TRUE;
  message = g_string_new (is_little ? too_little : too_much);
  g_string_replace (message, "{size}", asked, 1);
  g_string_replace (message, "{limit}", limit, 1);
  g_string_replace (message, "{title}", drover_template_get_title (self), 1);
  g_set_error_literal (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT, message->str);
  return FALSE;
}

/**
 * drover_template_check_sizes:
 * @memory: in bytes, or 0 to say nothing about it
 * @cpus: number of processors, or 0
 * @disk: in bytes, or 0
 * @error: set to %DROVER_ERROR_ARGUMENT: which is too small or too large, and the limit
 *
 * Returns: whether the system can live with that
 */
gboolean
drover_template_check_sizes (DroverTemplate *self, guint64 memory, guint cpus, guint64 disk,
                             GError **error)
{
  const guint most_cpus = drover_template_get_most_cpus (self);

  if (cpus != 0 && cpus < drover_template_get_least_cpus (self))
    {
      g_set_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT,
                   _("%s needs at least %u processors, not %u"), drover_template_get_title (self),
                   drover_template_get_least_cpus (self), cpus);
      return FALSE;
    }
  if (most_cpus != 0 && cpus > most_cpus)
    {
      g_set_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT,
                   _("The board of %s has at most %u processors, not %u"),
                   drover_template_get_title (self), most_cpus, cpus);
      return FALSE;
    }

  /* Translators: what is in braces stays as it is and is replaced later */
  return check_size (self, memory, drover_template_get_least_memory (self),
                     drover_template_get_most_memory (self),
                     _("{size} of memory are too little for {title}: it needs {limit}"),
                     /* Translators: what is in braces stays as it is and is replaced later */
                     _("{size} of memory are too much for {title}: its board takes {limit}"),
                     error) &&
         check_size (self, disk, drover_template_get_least_disk (self), 0,
                     /* Translators: what is in braces stays as it is and is replaced later */
                     _("A disk of {size} is too small for {title}: it needs {limit}"), NULL,
                     error);
}

static gboolean
check_architecture (DroverTemplate *self, const DroverTemplateHost *host, GError **error)
{
  g_autofree char *list = NULL;

  if (drover_template_has_architecture (self, host->architecture))
    return TRUE;
  list = g_strjoinv (", ", (GStrv) drover_template_get_architectures (self));
  g_set_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT,
               _("%s is not for %s machines; it is for: %s"), drover_template_get_title (self),
               host->architecture, list);
  return FALSE;
}

/**
 * drover_template_make_document:
 * @host: what the template's choices are made by
 * @choices: what the user chose
 * @error: set to %DROVER_ERROR_ARGUMENT when something does not fit or is missing
 *
 * All arguments with their reasons as notes, what is only for installing marked with its phase,
 * and the members `origin` and, when @choices is for an unattended installation, `install`.
 * Nothing is written to disk: the files that the arguments name are the caller's to make, and so
 * are the arguments of firmware (drover_firmware_apply()) and TPM (drover_tpm_apply()).
 *
 * Returns: (transfer full) (nullable): a new machine for drover_library_create()
 */
DroverDocument *
drover_template_make_document (DroverTemplate *self, const DroverTemplateHost *host,
                               const DroverTemplateChoices *choices, GError **error)
{
  Making making = { self, host, choices };
  g_autoptr (GPtrArray) arguments = NULL;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (host != NULL && host->architecture != NULL, NULL);
  g_return_val_if_fail (choices != NULL, NULL);

  making.memory = choices->memory != 0 ? choices->memory
                                       : drover_template_suggest_memory (self, host);
  making.cpus = choices->cpus != 0 ? choices->cpus : drover_template_suggest_cpus (self, host);
  making.firmware = choices->firmware != NULL
                      ? choices->firmware
                      : drover_template_get_firmware (self, host->architecture);
  if (!check_architecture (self, host, error) ||
      !drover_template_check_sizes (self, making.memory, making.cpus, 0, error))
    return NULL;

  arguments = make_arguments (&making, error);
  return arguments != NULL ? make_document (&making, arguments) : NULL;
}
