/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>
#include <string.h>

#include "drover-property-item.h"

/* One property of a device or an object: what QEMU says of it, and what the argument has. */
struct _DroverPropertyItem
{
  GObject parent_instance;

  char *name;
  char *type;
  char *description;
  char *default_value;
  GStrv choices;
  char *folded;
  gboolean open; /* the choices are no more than suggestions */
  gboolean pinned;
  gboolean internal;
  gboolean unknown;

  char *value;
  DroverSettingState state;
};

G_DEFINE_FINAL_TYPE (DroverPropertyItem, drover_property_item, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_VALUE,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void
drover_property_item_get_property (GObject *object, guint prop_id, GValue *value,
                                   GParamSpec *pspec)
{
  switch (prop_id)
    {
    case PROP_VALUE:
      g_value_set_string (value, DROVER_PROPERTY_ITEM (object)->value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
drover_property_item_finalize (GObject *object)
{
  DroverPropertyItem *self = DROVER_PROPERTY_ITEM (object);

  g_clear_pointer (&self->name, g_free);
  g_clear_pointer (&self->type, g_free);
  g_clear_pointer (&self->description, g_free);
  g_clear_pointer (&self->default_value, g_free);
  g_clear_pointer (&self->choices, g_strfreev);
  g_clear_pointer (&self->folded, g_free);
  g_clear_pointer (&self->value, g_free);

  G_OBJECT_CLASS (drover_property_item_parent_class)->finalize (object);
}

static void
drover_property_item_class_init (DroverPropertyItemClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = drover_property_item_finalize;
  object_class->get_property = drover_property_item_get_property;

  /**
   * DroverPropertyItem:value:
   *
   * What the argument has; %NULL where it says nothing. Notified for a new state, too.
   */
  properties[PROP_VALUE] =
    g_param_spec_string ("value", NULL, NULL, NULL,
                         G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
drover_property_item_init (DroverPropertyItem *self)
{
}

/* QEMU gives defaults as JSON: people do not quote a text, and write on and off. */
static char *
dup_plain_default (const char *json)
{
  gsize length = json != NULL ? strlen (json) : 0;

  if (g_strcmp0 (json, "true") == 0)
    return g_strdup ("on");
  if (g_strcmp0 (json, "false") == 0)
    return g_strdup ("off");
  if (length >= 2 && json[0] == '"' && json[length - 1] == '"')
    return g_strndup (json + 1, length - 2);

  return g_strdup (json);
}

/* QEMU's "on/off", "on/off/auto" say nothing that the type does not. */
static gboolean
is_empty_talk (const char *description)
{
  return description != NULL && g_str_has_prefix (description, "on/off");
}

/**
 * drover_property_item_new:
 * @name: the property's key
 * @type: (nullable): its type in QOM's words
 * @description: (nullable): a sentence
 * @default_value: (nullable): as JSON
 * @choices: (nullable): the values of an enumeration
 *
 * Returns: (transfer full): a property that no argument has
 */
DroverPropertyItem *
drover_property_item_new (const char *name, const char *type, const char *description,
                          const char *default_value, const char *const *choices)
{
  DroverPropertyItem *self = g_object_new (DROVER_TYPE_PROPERTY_ITEM, NULL);
  g_autofree char *all = g_strjoin ("\n", name, description, NULL);

  self->name = g_strdup (name);
  self->type = g_strdup (type);
  self->description = is_empty_talk (description) ? NULL : g_strdup (description);
  self->default_value = dup_plain_default (default_value);
  self->choices = g_strdupv ((GStrv) choices);
  self->folded = g_utf8_casefold (all, -1);
  return self;
}

/**
 * drover_property_item_set_pinned:
 *
 * Makes it one of those that stand above all others.
 */
void
drover_property_item_set_pinned (DroverPropertyItem *self)
{
  self->pinned = TRUE;
}

/**
 * drover_property_item_suggest:
 * @values: values that it may well have; any other is as good
 */
void
drover_property_item_suggest (DroverPropertyItem *self, const char *const *values)
{
  g_strfreev (self->choices);
  self->choices = g_strdupv ((GStrv) values);
  self->open = TRUE;
}

/**
 * drover_property_item_set_internal:
 *
 * Makes it one that is hidden until asked for.
 */
void
drover_property_item_set_internal (DroverPropertyItem *self)
{
  self->internal = TRUE;
}

/**
 * drover_property_item_set_unknown:
 *
 * Marks it as one that this QEMU does not have.
 */
void
drover_property_item_set_unknown (DroverPropertyItem *self)
{
  self->unknown = TRUE;
}

/**
 * drover_property_item_get_name:
 *
 * Returns: the key
 */
const char *
drover_property_item_get_name (DroverPropertyItem *self)
{
  return self->name;
}

/**
 * drover_property_item_get_description:
 *
 * Returns: (nullable): QEMU's sentence
 */
const char *
drover_property_item_get_description (DroverPropertyItem *self)
{
  return self->description;
}

/**
 * drover_property_item_get_choices:
 *
 * Returns: (nullable): the values it may have, or suggestions for a text
 */
const char *const *
drover_property_item_get_choices (DroverPropertyItem *self)
{
  return (const char *const *) self->choices;
}

/**
 * drover_property_item_get_default:
 *
 * Returns: (nullable): what QEMU does when nothing is said, as one would type it
 */
const char *
drover_property_item_get_default (DroverPropertyItem *self)
{
  return self->default_value;
}

/**
 * drover_property_item_dup_details:
 *
 * Returns: (transfer full): the type and the default, or what is wrong with the value
 */
char *
drover_property_item_dup_details (DroverPropertyItem *self)
{
  if (self->state == DROVER_SETTING_CONFLICT)
    return g_strdup (_("Set more than once: edit the argument as text"));
  if (self->state == DROVER_SETTING_OPAQUE)
    return g_strdup (_("Not a plain value: edit the argument as text"));
  if (self->unknown)
    return g_strdup (_("This QEMU does not know it; it is kept as it is"));
  if (self->type == NULL || *self->type == '\0')
    return g_strdup ("");
  if (self->default_value == NULL || *self->default_value == '\0')
    return g_strdup (self->type);

  return g_strdup_printf (_("%s, default %s"), self->type, self->default_value);
}

/**
 * drover_property_item_is_pinned:
 *
 * Returns: whether it stands above all others
 */
gboolean
drover_property_item_is_pinned (DroverPropertyItem *self)
{
  return self->pinned;
}

/**
 * drover_property_item_is_internal:
 *
 * Returns: whether it is hidden until asked for
 */
gboolean
drover_property_item_is_internal (DroverPropertyItem *self)
{
  return self->internal;
}

/**
 * drover_property_item_is_unknown:
 *
 * Returns: whether this QEMU does not have it
 */
gboolean
drover_property_item_is_unknown (DroverPropertyItem *self)
{
  return self->unknown;
}

/**
 * drover_property_item_matches:
 * @word: what is searched for, case-folded
 */
gboolean
drover_property_item_matches (DroverPropertyItem *self, const char *word)
{
  return strstr (self->folded, word) != NULL;
}

static gboolean
has_type (DroverPropertyItem *self, const char *prefix)
{
  return self->type != NULL && g_str_has_prefix (self->type, prefix);
}

/**
 * drover_property_item_get_kind:
 *
 * Returns: how its value is compared and, in JSON, written
 */
DroverSettingKind
drover_property_item_get_kind (DroverPropertyItem *self)
{
  if (has_type (self, "bool"))
    return DROVER_SETTING_SWITCH;
  if (has_type (self, "size"))
    return DROVER_SETTING_SIZE;
  if (has_type (self, "int") || has_type (self, "uint"))
    return DROVER_SETTING_INTEGER;

  return DROVER_SETTING_TEXT;
}

/**
 * drover_property_item_get_editor:
 *
 * Returns: by what it is edited
 */
DroverEditorKind
drover_property_item_get_editor (DroverPropertyItem *self)
{
  if (self->state == DROVER_SETTING_OPAQUE || self->state == DROVER_SETTING_CONFLICT)
    return DROVER_EDITOR_TEXT;
  if (drover_property_item_get_kind (self) == DROVER_SETTING_SWITCH)
    return DROVER_EDITOR_SWITCH;

  return self->choices != NULL && !self->open ? DROVER_EDITOR_CHOICE : DROVER_EDITOR_TEXT;
}

/**
 * drover_property_item_set_reading:
 * @reading: what the argument has
 */
void
drover_property_item_set_reading (DroverPropertyItem *self, const DroverReading *reading)
{
  const char *value = reading->state == DROVER_SETTING_ABSENT ? NULL : reading->text;
  gboolean changed = g_set_str (&self->value, value);

  if (self->state == reading->state && !changed)
    return;

  self->state = reading->state;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_VALUE]);
}

/**
 * drover_property_item_get_value:
 *
 * Returns: (nullable): what the argument has; %NULL where it says nothing
 */
const char *
drover_property_item_get_value (DroverPropertyItem *self)
{
  return self->value;
}

/**
 * drover_property_item_get_state:
 *
 * Returns: whether the value can be edited
 */
DroverSettingState
drover_property_item_get_state (DroverPropertyItem *self)
{
  return self->state;
}
