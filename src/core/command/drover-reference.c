/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "drover-part.h"
#include "drover-reference.h"

/* Which key makes a thing. In `-blockdev` a nested node has its `node-name` too. */
static const struct
{
  const char *option;
  const char *key;
  DroverNamespace names;
} makers[] = {
  { "netdev", "id", DROVER_NAMESPACE_NETDEV },
  { "nic", "id", DROVER_NAMESPACE_NETDEV },
  { "net", "id", DROVER_NAMESPACE_NETDEV },
  { "device", "id", DROVER_NAMESPACE_DEVICE },
  { "blockdev", "node-name", DROVER_NAMESPACE_BLOCK },
  { "drive", "id", DROVER_NAMESPACE_BLOCK },
  { "drive", "node-name", DROVER_NAMESPACE_BLOCK },
  { "chardev", "id", DROVER_NAMESPACE_CHARDEV },
  { "object", "id", DROVER_NAMESPACE_OBJECT },
  { "audiodev", "id", DROVER_NAMESPACE_AUDIODEV },
  { "audio", "id", DROVER_NAMESPACE_AUDIODEV },
  { "fsdev", "id", DROVER_NAMESPACE_FSDEV },
  { "virtfs", "id", DROVER_NAMESPACE_FSDEV },
  { "tpmdev", "id", DROVER_NAMESPACE_TPMDEV },
};

/* Which key uses one: its last step, numbers of lists left out. No option is any of them. */
static const struct
{
  const char *option;
  const char *key;
  DroverNamespace names;
} users[] = {
  { NULL, "netdev", DROVER_NAMESPACE_NETDEV },
  { NULL, "chardev", DROVER_NAMESPACE_CHARDEV },
  { NULL, "chardevs", DROVER_NAMESPACE_CHARDEV },
  { NULL, "audiodev", DROVER_NAMESPACE_AUDIODEV },
  { "machine", "pcspk-audiodev", DROVER_NAMESPACE_AUDIODEV },
  { NULL, "fsdev", DROVER_NAMESPACE_FSDEV },
  { NULL, "tpmdev", DROVER_NAMESPACE_TPMDEV },
  { NULL, "memdev", DROVER_NAMESPACE_OBJECT },
  { NULL, "iothread", DROVER_NAMESPACE_OBJECT },
  { NULL, "tls-creds", DROVER_NAMESPACE_OBJECT },
  { NULL, "tls-authz", DROVER_NAMESPACE_OBJECT },
  { NULL, "sasl-authz", DROVER_NAMESPACE_OBJECT },
  { NULL, "password-secret", DROVER_NAMESPACE_OBJECT },
  { NULL, "key-secret", DROVER_NAMESPACE_OBJECT },
  { NULL, "cookie-secret", DROVER_NAMESPACE_OBJECT },
  { NULL, "proxy-password-secret", DROVER_NAMESPACE_OBJECT },
  { "machine", "memory-backend", DROVER_NAMESPACE_OBJECT },
  { "machine", "memory-encryption", DROVER_NAMESPACE_OBJECT },
  { "machine", "confidential-guest-support", DROVER_NAMESPACE_OBJECT },
  { "machine", "pflash0", DROVER_NAMESPACE_BLOCK },
  { "machine", "pflash1", DROVER_NAMESPACE_BLOCK },
  { "machine", "targets", DROVER_NAMESPACE_DEVICE },
  { "device", "drive", DROVER_NAMESPACE_BLOCK },
  { "device", "driveA", DROVER_NAMESPACE_BLOCK },
  { "device", "driveB", DROVER_NAMESPACE_BLOCK },
  { "device", "rng", DROVER_NAMESPACE_OBJECT },
  { "device", "cryptodev", DROVER_NAMESPACE_OBJECT },
  { "device", "hostmem", DROVER_NAMESPACE_OBJECT },
  { "device", "canbus", DROVER_NAMESPACE_OBJECT },
  { "device", "canbus0", DROVER_NAMESPACE_OBJECT },
  { "device", "canbus1", DROVER_NAMESPACE_OBJECT },
  { "device", "volatile-memdev", DROVER_NAMESPACE_OBJECT },
  { "device", "persistent-memdev", DROVER_NAMESPACE_OBJECT },
  { "device", "lsa", DROVER_NAMESPACE_OBJECT },
  { "device", "bus", DROVER_NAMESPACE_DEVICE },
  { "device", "primary-bus", DROVER_NAMESPACE_DEVICE },
  { "device", "failover_pair_id", DROVER_NAMESPACE_DEVICE },
  { "device", "bmc", DROVER_NAMESPACE_DEVICE },
  { "device", "display", DROVER_NAMESPACE_DEVICE },
  { "vnc", "display", DROVER_NAMESPACE_DEVICE },
  { "blockdev", "file", DROVER_NAMESPACE_BLOCK },
  { "blockdev", "backing", DROVER_NAMESPACE_BLOCK },
  { "blockdev", "data-file", DROVER_NAMESPACE_BLOCK },
  { "blockdev", "image", DROVER_NAMESPACE_BLOCK },
  { "blockdev", "raw", DROVER_NAMESPACE_BLOCK },
  { "blockdev", "test", DROVER_NAMESPACE_BLOCK },
  { "blockdev", "log", DROVER_NAMESPACE_BLOCK },
  { "blockdev", "target", DROVER_NAMESPACE_BLOCK },
  { "blockdev", "bottom", DROVER_NAMESPACE_BLOCK },
  { "blockdev", "header", DROVER_NAMESPACE_BLOCK },
  { "blockdev", "children", DROVER_NAMESPACE_BLOCK },
  { "blockdev", "throttle-group", DROVER_NAMESPACE_OBJECT },
  { "drive", "backing", DROVER_NAMESPACE_BLOCK },
  { "object", "indev", DROVER_NAMESPACE_CHARDEV },
  { "object", "outdev", DROVER_NAMESPACE_CHARDEV },
  { "object", "primary_in", DROVER_NAMESPACE_CHARDEV },
  { "object", "secondary_in", DROVER_NAMESPACE_CHARDEV },
  { "object", "notify_dev", DROVER_NAMESPACE_CHARDEV },
  { "object", "canbus", DROVER_NAMESPACE_OBJECT },
  { "object", "keyid", DROVER_NAMESPACE_OBJECT },
  { "object", "passwordid", DROVER_NAMESPACE_OBJECT },
  { "object", "devid", DROVER_NAMESPACE_DEVICE },
  { "object", "device", DROVER_NAMESPACE_DEVICE },
  { "fw_cfg", "gen_id", DROVER_NAMESPACE_OBJECT },
};

static const struct
{
  const char *group;
  DroverNamespace names;
} set_groups[] = {
  { "netdev", DROVER_NAMESPACE_NETDEV },   { "device", DROVER_NAMESPACE_DEVICE },
  { "drive", DROVER_NAMESPACE_BLOCK },     { "chardev", DROVER_NAMESPACE_CHARDEV },
  { "object", DROVER_NAMESPACE_OBJECT },   { "fsdev", DROVER_NAMESPACE_FSDEV },
  { "tpmdev", DROVER_NAMESPACE_TPMDEV },
};

static void
add (DroverReferences *self, guint argument, const DroverField *field, DroverNamespace names,
     gboolean defines, gsize start, gsize length)
{
  DroverReference reference = { argument, names, defines, field->key, field->value, start, length,
                                .target = -1 };

  reference.is_bus = !defines && names == DROVER_NAMESPACE_DEVICE &&
                     g_str_has_suffix (field->key, "bus");
  if (length > 0)
    g_array_append_val (self->list, reference);
}

static gboolean
is_number (const char *text, gsize length)
{
  return strspn (text, "0123456789") >= length;
}

/* The last step of a key that is neither the number of a list's element nor its `str`. */
static char *
dup_last_step (const char *key)
{
  gsize end = strlen (key);

  for (;;)
    {
      gsize start = end;

      while (start > 0 && key[start - 1] != '.')
        start--;
      if (start == 0 || (!is_number (key + start, end - start) &&
                         strncmp (key + start, "str", end - start) != 0))
        return g_strndup (key + start, end - start);
      end = start - 1;
    }
}

static void
read_maker (DroverReferences *self, guint argument, const DroverFields *fields,
            const DroverField *field, const char *step)
{
  for (guint i = 0; i < G_N_ELEMENTS (makers); i++)
    if (drover_fields_are (fields, makers[i].option) &&
        (g_str_equal (makers[i].key, field->key) ||
         (g_str_equal (step, "node-name") && g_str_equal (makers[i].key, step))))
      add (self, argument, field, makers[i].names, TRUE, 0, strlen (field->value));
}

/* `file.driver` of a blockdev is the one thing whose last step could be taken for another. */
static void
read_user (DroverReferences *self, guint argument, const DroverFields *fields,
           const DroverField *field, const char *step)
{
  for (guint i = 0; i < G_N_ELEMENTS (users); i++)
    if (g_str_equal (users[i].key, step) &&
        (users[i].option == NULL || drover_fields_are (fields, users[i].option)))
      {
        add (self, argument, field, users[i].names, FALSE, 0, strlen (field->value));
        return;
      }
}

/* `chardev:ID`, also behind `mon:`, where a character device is given by its text. */
static void
read_character (DroverReferences *self, guint argument, const DroverField *field, gsize start)
{
  if (g_str_has_prefix (field->value + start, "mon:"))
    start += strlen ("mon:");
  if (g_str_has_prefix (field->value + start, "chardev:"))
    start += strlen ("chardev:");
  else
    return;

  add (self, argument, field, DROVER_NAMESPACE_CHARDEV, FALSE, start,
       strlen (field->value + start));
}

/* `-set GROUP.ID.KEY=VALUE` */
static void
read_set (DroverReferences *self, guint argument, const DroverField *field)
{
  const char *id = strchr (field->value, '.');
  const char *equals = strchr (field->value, '=');
  const char *end = NULL;

  if (id == NULL || equals == NULL || equals < id)
    return;

  id++;
  end = strchr (id, '.');
  if (end == NULL || end > equals)
    return;

  for (guint i = 0; i < G_N_ELEMENTS (set_groups); i++)
    if (strlen (set_groups[i].group) == (gsize) (id - 1 - field->value) &&
        g_str_has_prefix (field->value, set_groups[i].group))
      add (self, argument, field, set_groups[i].names, FALSE, id - field->value, end - id);
}

/* `-global DRIVER.KEY=VALUE` is a keyval of one item, `-global driver=…,property=…,value=…` of
 * three. */
static void
read_global (DroverReferences *self, guint argument, const DroverFields *fields)
{
  const char *property = drover_fields_get (fields, "property");
  DroverFields device = { .option = "device" };

  for (guint i = 0; i < fields->items->len; i++)
    {
      const DroverField *field = &g_array_index (fields->items, DroverField, i);
      const char *dot = strrchr (field->key, '.');
      const char *step = g_str_equal (field->key, "value") ? property
                         : dot != NULL                     ? dot + 1
                                                           : NULL;

      if (step != NULL)
        read_user (self, argument, &device, field, step);
    }
}

static gboolean
is_character_option (const DroverFields *fields)
{
  static const char *const options[] = { "serial", "parallel", "monitor", "qmp", "qmp-pretty",
                                         "debugcon", "gdb", NULL };

  return g_strv_contains (options, fields->option);
}

static void
read_argument (DroverReferences *self, guint argument)
{
  const DroverFields *fields = self->fields->pdata[argument];

  if (drover_fields_are (fields, "global"))
    {
      read_global (self, argument, fields);
      return;
    }

  for (guint i = 0; i < fields->items->len; i++)
    {
      const DroverField *field = &g_array_index (fields->items, DroverField, i);
      g_autofree char *step = dup_last_step (field->key);
      const char *dash = strchr (field->value, '-');

      if (drover_fields_are (fields, "set"))
        read_set (self, argument, field);
      else if (is_character_option (fields))
        read_character (self, argument, field, 0);
      else if (g_str_equal (step, "guestfwd") && dash != NULL)
        read_character (self, argument, field, dash + 1 - field->value);
      else
        {
          read_maker (self, argument, fields, field, step);
          read_user (self, argument, fields, field, step);
        }
    }
}

static char *
make_name (DroverNamespace names, const char *id, gsize length)
{
  return g_strdup_printf ("%d %.*s", names, (int) length, id);
}

/* An enabled argument goes before one that is switched off, else the first before the others. */
static void
index_definitions (DroverReferences *self)
{
  for (guint pass = 0; pass < 2; pass++)
    for (guint i = 0; i < self->list->len; i++)
      {
        const DroverReference *reference = &g_array_index (self->list, DroverReference, i);
        const DroverFields *fields = self->fields->pdata[reference->argument];
        g_autofree char *name = NULL;

        if (!reference->defines || fields->enabled != (pass == 0))
          continue;
        name = make_name (reference->names, reference->value, reference->length);
        if (!g_hash_table_contains (self->definitions, name))
          g_hash_table_insert (self->definitions, g_steal_pointer (&name),
                               GUINT_TO_POINTER (reference->argument));
      }
}

static int
look_up (DroverReferences *self, DroverNamespace names, const char *id, gsize length)
{
  g_autofree char *name = make_name (names, id, length);
  gpointer argument;

  return g_hash_table_lookup_extended (self->definitions, name, NULL, &argument)
           ? (int) GPOINTER_TO_UINT (argument)
           : -1;
}

/* A bus is named as its device, or `ID.0`; an id may have dots too. */
static void
resolve (DroverReferences *self, DroverReference *reference)
{
  const char *id = reference->value + reference->start;
  const char *dot = g_strrstr_len (id, reference->length, ".");

  reference->target = look_up (self, reference->names, id, reference->length);
  if (reference->target >= 0 || !reference->is_bus || dot == NULL)
    return;

  reference->target = look_up (self, reference->names, id, dot - id);
  if (reference->target >= 0)
    reference->length = dot - id;
}

/**
 * drover_references_new:
 * @arguments: (element-type DroverArgument): a machine's arguments
 *
 * Arguments that are switched off are read too: a rename must reach them, or they would be
 * broken when they are switched on again.
 *
 * Returns: (transfer full): who makes and who uses which id
 */
DroverReferences *
drover_references_new (GPtrArray *arguments)
{
  DroverReferences *self = g_new0 (DroverReferences, 1);

  self->fields = drover_fields_list (arguments);
  self->list = g_array_new (FALSE, FALSE, sizeof (DroverReference));
  self->definitions = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (guint i = 0; i < arguments->len; i++)
    read_argument (self, i);
  index_definitions (self);
  for (guint i = 0; i < self->list->len; i++)
    {
      DroverReference *reference = &g_array_index (self->list, DroverReference, i);

      if (!reference->defines)
        resolve (self, reference);
    }

  return self;
}

/**
 * drover_references_free:
 *
 * Frees @self.
 */
void
drover_references_free (DroverReferences *self)
{
  g_ptr_array_unref (self->fields);
  g_array_unref (self->list);
  g_hash_table_unref (self->definitions);
  g_free (self);
}

/**
 * drover_references_find:
 * @names: what kind of thing
 * @id: its id
 *
 * Returns: index of the argument that makes it, or -1
 */
int
drover_references_find (DroverReferences *self, DroverNamespace names, const char *id)
{
  return look_up (self, names, id, strlen (id));
}

/**
 * drover_references_get_target:
 * @argument: index of an argument
 * @names: a kind of thing
 *
 * Returns: index of the argument that makes the first such thing that @argument uses, or -1
 */
int
drover_references_get_target (DroverReferences *self, guint argument, DroverNamespace names)
{
  for (guint i = 0; i < self->list->len; i++)
    {
      const DroverReference *reference = &g_array_index (self->list, DroverReference, i);

      if (reference->argument == argument && !reference->defines &&
          reference->names == names && reference->target >= 0)
        return reference->target;
    }

  return -1;
}

/**
 * drover_references_get_definition:
 * @argument: index of an argument
 *
 * Returns: (nullable): the id that @argument gives its thing; not one of a nested node
 */
const DroverReference *
drover_references_get_definition (DroverReferences *self, guint argument)
{
  for (guint i = 0; i < self->list->len; i++)
    {
      const DroverReference *reference = &g_array_index (self->list, DroverReference, i);

      if (reference->argument == argument && reference->defines &&
          strchr (reference->key, '.') == NULL)
        return reference;
    }

  return NULL;
}

/**
 * drover_references_uses:
 * @user: index of an argument
 * @argument: index of another
 *
 * Returns: whether @user refers to what @argument makes
 */
gboolean
drover_references_uses (DroverReferences *self, guint user, guint argument)
{
  for (guint i = 0; i < self->list->len; i++)
    {
      const DroverReference *reference = &g_array_index (self->list, DroverReference, i);

      if (reference->argument == user && reference->target == (int) argument && user != argument)
        return TRUE;
    }

  return FALSE;
}

/**
 * drover_id_is_valid:
 * @id: a text
 *
 * Returns: whether QEMU takes it for an id
 */
gboolean
drover_id_is_valid (const char *id)
{
  return g_ascii_isalpha (*id) &&
         id[strspn (id, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "-._")] == '\0';
}

/**
 * drover_id_is_free:
 * @id: an id
 *
 * Returns: whether no thing of any kind has that id, or is called so by a use
 */
gboolean
drover_id_is_free (DroverReferences *self, const char *id)
{
  gsize length = strlen (id);

  for (guint i = 0; i < self->list->len; i++)
    {
      const DroverReference *reference = &g_array_index (self->list, DroverReference, i);
      const char *text = reference->value + reference->start;

      if (reference->length >= length && strncmp (text, id, length) == 0 &&
          (reference->length == length || (reference->is_bus && text[length] == '.')))
        return FALSE;
    }

  return TRUE;
}

/**
 * drover_references_dup_free_id:
 * @stem: what it is to begin with, as `disk`
 *
 * Returns: (transfer full): @stem with the least number that makes it free
 */
char *
drover_references_dup_free_id (DroverReferences *self, const char *stem)
{
  for (guint n = 0;; n++)
    {
      g_autofree char *id = g_strdup_printf ("%s%u", stem, n);

      if (drover_id_is_free (self, id))
        return g_steal_pointer (&id);
    }
}

/**
 * drover_arguments_list_uses:
 * @arguments: (element-type DroverArgument): a machine's arguments
 * @argument: index of one of them
 *
 * Returns: (transfer full) (element-type int): indexes of the arguments that refer to what it
 *   makes, in their order; those that are switched off too
 */
GArray *
drover_arguments_list_uses (GPtrArray *arguments, guint argument)
{
  g_autoptr (DroverReferences) references = drover_references_new (arguments);
  GArray *uses = g_array_new (FALSE, FALSE, sizeof (int));

  for (int i = 0; i < (int) arguments->len; i++)
    if (drover_references_uses (references, i, argument))
      g_array_append_val (uses, i);

  return uses;
}

/**
 * drover_arguments_list_duplicate_ids:
 * @arguments: (element-type DroverArgument): a machine's arguments
 *
 * Returns: (transfer full) (element-type utf8): the ids that two enabled arguments give to
 *   things of one kind, which QEMU refuses; each once
 */
GPtrArray *
drover_arguments_list_duplicate_ids (GPtrArray *arguments)
{
  g_autoptr (DroverReferences) references = drover_references_new (arguments);
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GPtrArray *ids = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < references->list->len; i++)
    {
      const DroverReference *reference = &g_array_index (references->list, DroverReference, i);
      const DroverFields *fields = references->fields->pdata[reference->argument];

      if (reference->defines && fields->enabled &&
          !g_hash_table_add (seen, make_name (reference->names, reference->value,
                                              reference->length)) &&
          !g_ptr_array_find_with_equal_func (ids, reference->value, g_str_equal, NULL))
        g_ptr_array_add (ids, g_strdup (reference->value));
    }

  return ids;
}
