/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "drover-json-value.h"
#include "drover-keyval.h"
#include "drover-option.h"
#include "drover-value.h"

/* What a setting has to know of an option beyond how its value is read.
 * @needs_main_key: whether QEMU refuses the argument without what says its kind */
typedef struct
{
  const char *name;
  gboolean needs_main_key;
  DroverValueGroup group;
} Trait;

static const Trait traits[] = {
  { "accel", TRUE, DROVER_VALUE_MANY },
  { "acpitable", FALSE, DROVER_VALUE_MANY },
  { "action", FALSE, DROVER_VALUE_MERGED },
  { "audio", TRUE, DROVER_VALUE_MANY },
  { "audiodev", TRUE, DROVER_VALUE_MANY },
  { "blockdev", TRUE, DROVER_VALUE_MANY },
  { "boot", FALSE, DROVER_VALUE_MERGED },
  { "chardev", TRUE, DROVER_VALUE_MANY },
  { "cpu", TRUE, DROVER_VALUE_LAST },
  { "device", TRUE, DROVER_VALUE_MANY },
  { "display", TRUE, DROVER_VALUE_LAST },
  { "drive", FALSE, DROVER_VALUE_MANY },
  { "fsdev", TRUE, DROVER_VALUE_MANY },
  { "fw_cfg", TRUE, DROVER_VALUE_MANY },
  { "global", FALSE, DROVER_VALUE_MANY },
  { "icount", TRUE, DROVER_VALUE_MERGED },
  { "m", FALSE, DROVER_VALUE_MERGED },
  { "machine", FALSE, DROVER_VALUE_MERGED },
  { "mon", TRUE, DROVER_VALUE_MANY },
  { "msg", FALSE, DROVER_VALUE_MERGED },
  { "name", FALSE, DROVER_VALUE_MERGED },
  { "net", TRUE, DROVER_VALUE_MANY },
  { "netdev", TRUE, DROVER_VALUE_MANY },
  { "nic", TRUE, DROVER_VALUE_MANY },
  { "numa", TRUE, DROVER_VALUE_MANY },
  { "object", TRUE, DROVER_VALUE_MANY },
  { "option-rom", FALSE, DROVER_VALUE_MANY },
  { "overcommit", FALSE, DROVER_VALUE_MERGED },
  { "rtc", FALSE, DROVER_VALUE_MERGED },
  { "run-with", FALSE, DROVER_VALUE_MERGED },
  { "sandbox", TRUE, DROVER_VALUE_MERGED },
  { "semihosting-config", FALSE, DROVER_VALUE_MERGED },
  { "smbios", TRUE, DROVER_VALUE_MANY },
  { "smp", FALSE, DROVER_VALUE_MERGED },
  { "spice", FALSE, DROVER_VALUE_MERGED },
  { "trace", FALSE, DROVER_VALUE_MANY },
  { "tpmdev", TRUE, DROVER_VALUE_MANY },
  { "virtfs", TRUE, DROVER_VALUE_MANY },
  { "vnc", TRUE, DROVER_VALUE_MANY },
};

static const Trait *
find_trait (const char *option)
{
  for (guint i = 0; i < G_N_ELEMENTS (traits); i++)
    if (g_str_equal (traits[i].name, option))
      return &traits[i];

  return NULL;
}

static const char *
get_implied_key (const char *option)
{
  const DroverOption *known = drover_option_find (option);

  return known != NULL ? known->implied : NULL;
}

/**
 * drover_value_get_option:
 *
 * Returns: the argument's option as settings name it: `-M` is `-machine`
 */
const char *
drover_value_get_option (DroverArgument *argument)
{
  const char *option = drover_argument_get_option (argument);

  return g_str_equal (option, "M") ? "machine" : option;
}

/**
 * drover_value_get_main_key:
 * @option: an option's name
 *
 * It is the implied one, but that of `-smbios` must be spelled out.
 *
 * Returns: (nullable): the key that says what an argument of @option is, as `driver` of a
 *   device, or `type` of `-smbios`
 */
const char *
drover_value_get_main_key (const char *option)
{
  return g_str_equal (option, "smbios") ? "type" : get_implied_key (option);
}

/**
 * drover_value_needs_main_key:
 * @option: an option's name
 *
 * Returns: whether the other keys mean nothing without that key
 */
gboolean
drover_value_needs_main_key (const char *option)
{
  const Trait *trait = find_trait (option);

  return trait != NULL && trait->needs_main_key;
}

/**
 * drover_value_get_group:
 * @option: an option's name
 *
 * Returns: what QEMU makes of several arguments of @option
 */
DroverValueGroup
drover_value_get_group (const char *option)
{
  const Trait *trait = find_trait (option);

  return trait != NULL ? trait->group : DROVER_VALUE_LAST;
}

static gboolean
is_json (const char *value)
{
  return *value == '{';
}

/* `-cpu` is cut at every comma; none is doubled. Its only keys are the model, and %NULL for the
 * features that follow. */
static gboolean
is_cpu (const char *option)
{
  return g_str_equal (option, "cpu");
}

static void
find_in_cpu (const char *value, const char *key, DroverValue *found)
{
  gsize length = strcspn (value, ",");

  if (key != NULL)
    {
      found->end = length;
      found->n_found = 1;
    }
  else if (value[length] == ',' && value[length + 1] != '\0')
    {
      found->start = length + 1;
      found->end = strlen (value);
      found->n_found = 1;
    }

  if (found->n_found > 0)
    found->text = g_strndup (value + found->start, found->end - found->start);
}

static void
find_in_json (const char *value, const char *key, DroverValue *found)
{
  DroverJsonMember member;

  if (!drover_json_value_is_valid (value))
    {
      *found = (DroverValue) { g_strdup (value), 0, strlen (value), 1, TRUE };
      return;
    }
  if (!drover_json_value_find (value, key, &member))
    return;

  found->text = drover_json_value_dup (value, &member);
  found->start = member.start;
  found->end = member.end;
  found->n_found = member.n_found;
  found->opaque = found->text == NULL;
  if (found->opaque)
    found->text = g_strndup (value + member.value_start, member.end - member.value_start);
}

static gboolean
item_has_key (const char *value, const DroverKeyvalItem *item, const char *implied,
              const char *key)
{
  const char *word = value + item->start;
  gsize length = strlen (key);

  if (item->key_length == 0 && !item->is_flag && item->value_start == item->start)
    return g_strcmp0 (implied, key) == 0;
  if (item->key_length == length && strncmp (word, key, length) == 0)
    return TRUE;

  return item->is_flag && item->key_length == length + 2 && g_str_has_prefix (word, "no") &&
         strncmp (word + 2, key, length) == 0;
}

static void
find_in_keyval (const char *option, const char *value, const char *key, DroverValue *found)
{
  const char *implied = get_implied_key (option);
  g_autoptr (GArray) items = drover_keyval_parse (value, implied != NULL);

  for (guint i = 0; i < items->len; i++)
    {
      const DroverKeyvalItem *item = &g_array_index (items, DroverKeyvalItem, i);

      if (!item_has_key (value, item, implied, key))
        continue;
      found->start = item->start;
      found->end = item->end;
      found->n_found++;
    }

  if (found->n_found > 0)
    found->text = drover_keyval_dup (value, implied, key);
}

/**
 * drover_value_find:
 * @option: the option's name
 * @value: the argument's value
 * @key: (nullable): the key asked for; %NULL for the features of `-cpu`
 * @found: (out caller-allocates): what stands there
 *
 * Reads one key.
 */
void
drover_value_find (const char *option, const char *value, const char *key, DroverValue *found)
{
  memset (found, 0, sizeof *found);

  if (is_cpu (option))
    find_in_cpu (value, key, found);
  else if (is_json (value))
    find_in_json (value, key, found);
  else
    find_in_keyval (option, value, key, found);
}

static char *
make_number (const DroverSetting *setting, const char *text)
{
  guint64 bytes;

  if (setting->kind == DROVER_SETTING_SIZE &&
      drover_size_parse (text, drover_setting_get_size_unit (setting), &bytes))
    return g_strdup_printf ("%" G_GUINT64_FORMAT, bytes);
  if (setting->kind == DROVER_SETTING_INTEGER)
    {
      gint64 number;

      if (drover_integer_parse (text, &number))
        return g_strdup_printf ("%" G_GINT64_FORMAT, number);
    }

  return NULL;
}

static char *
make_boolean (const char *text)
{
  gboolean on;

  return drover_switch_parse (text, &on) ? g_strdup (on ? "true" : "false") : NULL;
}

/* A member keeps the type that it has; a new one gets that of the setting. */
static char *
make_literal (const DroverSetting *setting, const char *old, const char *text)
{
  char *literal = NULL;

  if (old == NULL)
    literal = setting->kind == DROVER_SETTING_SWITCH ? make_boolean (text)
                                                     : make_number (setting, text);
  else if (*old == 't' || *old == 'f')
    literal = make_boolean (text);
  else if (*old == '-' || g_ascii_isdigit (*old))
    literal = make_number (setting, text);

  return literal != NULL ? literal : drover_json_value_quote (text);
}

static char *
set_in_json (const char *value, const char *key, const DroverSetting *setting, const char *text)
{
  DroverJsonMember member;
  gboolean found = drover_json_value_find (value, key, &member);
  g_autofree char *literal =
    make_literal (setting, found ? value + member.value_start : NULL, text);

  return drover_json_value_set (value, key, literal);
}

/**
 * drover_value_set:
 * @option: the option's name
 * @value: the argument's value
 * @key: (nullable): the key to set; %NULL for the features of `-cpu`
 * @setting: what it is a value of, for the types of JSON
 * @text: its new value, as people write it
 *
 * Splices one key; no other byte changes.
 *
 * Returns: (transfer full) (nullable): the new value; %NULL when the argument cannot hold it
 */
char *
drover_value_set (const char *option, const char *value, const char *key,
                  const DroverSetting *setting, const char *text)
{
  if (is_cpu (option))
    {
      gsize length = strcspn (value, ",");

      if (key == NULL)
        return g_strdup_printf ("%.*s,%s", (int) length, value, text);
      return strchr (text, ',') == NULL ? g_strconcat (text, value + length, NULL) : NULL;
    }

  if (is_json (value))
    return set_in_json (value, key, setting, text);

  return drover_keyval_set (value, get_implied_key (option), key, text);
}

/**
 * drover_value_remove:
 * @option: the option's name
 * @value: the argument's value
 * @key: (nullable): the key to remove; %NULL for the features of `-cpu`
 *
 * Returns: (transfer full) (nullable): @value without that key; %NULL when nothing is left that
 *   means anything, so that the argument is to go
 */
char *
drover_value_remove (const char *option, const char *value, const char *key)
{
  const char *main_key = drover_value_get_main_key (option);
  g_autofree char *rest = NULL;

  if (is_cpu (option) && key == NULL)
    return g_strndup (value, strcspn (value, ","));
  if (drover_value_needs_main_key (option) && g_strcmp0 (key, main_key) == 0)
    return NULL;

  rest = is_json (value) ? drover_json_value_remove (value, key)
                         : drover_keyval_remove (value, get_implied_key (option), key);
  if (rest[strspn (rest, "{} \t\r\n,")] == '\0')
    return NULL;

  return g_steal_pointer (&rest);
}

/**
 * drover_value_holds_others:
 * @option: the option's name
 * @value: the argument's value
 * @key: (nullable): a key in it
 *
 * Returns: whether the argument cannot be without @key and says other things too, which would
 *   go with it: the model in `-cpu host,+avx`
 */
gboolean
drover_value_holds_others (const char *option, const char *value, const char *key)
{
  g_autofree char *rest = NULL;

  if (!drover_value_needs_main_key (option) ||
      g_strcmp0 (key, drover_value_get_main_key (option)) != 0)
    return FALSE;
  if (is_cpu (option))
    return strchr (value, ',') != NULL;

  rest = is_json (value) ? drover_json_value_remove (value, key)
                         : drover_keyval_remove (value, get_implied_key (option), key);
  return rest[strspn (rest, "{} \t\r\n,")] != '\0';
}

/**
 * drover_value_create:
 * @option: the option's name
 * @key: the key that the argument is for
 * @means: (nullable): what its main key says
 * @text: the value of @key
 *
 * Returns: (transfer full) (nullable): the value of a new argument; %NULL when nobody says what
 *   its main key is
 */
char *
drover_value_create (const char *option, const char *key, const char *means, const char *text)
{
  const char *main_key = drover_value_get_main_key (option);
  gboolean implied = get_implied_key (option) != NULL;
  g_autofree char *escaped = drover_keyval_escape (text);
  gboolean is_word = strchr (text, '=') == NULL && *text != '\0';

  if (is_cpu (option))
    return g_strcmp0 (key, main_key) == 0 && strchr (text, ',') == NULL ? g_strdup (text) : NULL;

  if (g_strcmp0 (key, main_key) == 0)
    return implied && is_word ? g_steal_pointer (&escaped)
                              : g_strdup_printf ("%s=%s", key, escaped);
  if (means == NULL)
    return drover_value_needs_main_key (option) ? NULL : g_strdup_printf ("%s=%s", key, escaped);

  return g_strdup_printf ("%s%s%s,%s=%s", implied ? "" : main_key, implied ? "" : "=", means, key,
                          escaped);
}

/**
 * drover_value_clear:
 *
 * Frees what @self holds.
 */
void
drover_value_clear (DroverValue *self)
{
  g_clear_pointer (&self->text, g_free);
}
