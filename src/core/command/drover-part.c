/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "drover-arguments.h"
#include "drover-modernise.h"
#include "drover-options-file.h"
#include "drover-part-private.h"

typedef struct
{
  DroverReferences *references;
  GPtrArray *parts;
  gboolean *taken; /* by argument: whether it is a half of a part */
} Reader;

static const DroverFields *
get_fields (DroverReferences *references, guint argument)
{
  return references->fields->pdata[argument];
}

static gboolean
has_prefix_of (const char *text, const char *const *prefixes)
{
  for (guint i = 0; prefixes[i] != NULL; i++)
    if (g_str_has_prefix (text, prefixes[i]))
      return TRUE;

  return FALSE;
}

/**
 * drover_part_get_device_kind:
 * @fields: a `-device`
 *
 * What a device is joined to says what it is; one that is joined to nothing is known by its
 * name. That is no list of what QEMU has: a card missing here is shown among the devices.
 *
 * Returns: the kind of part that the device is
 */
const char *
drover_part_get_device_kind (const DroverFields *fields)
{
  static const char *const disks[] = { "ide-hd",     "ide-cd",    "ide-drive",   "scsi-hd",
                                       "scsi-cd",    "scsi-disk", "scsi-block",  "scsi-generic",
                                       "virtio-blk", "nvme-ns",   "usb-storage", "sd-card",
                                       "emmc",       "floppy",    "vhost-user-blk", "xen-disk",
                                       "xen-cdrom",  NULL };
  static const char *const cards[] = { "virtio-net", "e1000",   "rtl8139", "ne2k",       "pcnet",
                                       "vmxnet3",    "i82",     "usb-net", "tulip",      "igb",
                                       "sungem",     "sunhme",  "lance",   "spapr-vlan", "xen-net",
                                       "dp8393x",    NULL };
  static const char *const sounds[] = { "AC97", "ES1370",  "sb16", "adlib",     "gus",
                                        "cs4231a", "hda-", "usb-audio", "virtio-sound", NULL };
  static const char *const shares[] = { "virtio-9p", "vhost-user-fs", NULL };
  const char *driver = drover_fields_get (fields, "driver");

  if (drover_fields_get (fields, "drive") != NULL)
    return DROVER_PART_DISK;
  if (drover_fields_get (fields, "netdev") != NULL)
    return DROVER_PART_CARD;
  if (drover_fields_get (fields, "fsdev") != NULL)
    return DROVER_PART_SHARE;
  if (drover_fields_get (fields, "audiodev") != NULL)
    return DROVER_PART_SOUND;
  if (driver == NULL)
    return DROVER_PART_DEVICE;

  return has_prefix_of (driver, disks)    ? DROVER_PART_DISK
         : has_prefix_of (driver, cards)  ? DROVER_PART_CARD
         : has_prefix_of (driver, sounds) ? DROVER_PART_SOUND
         : has_prefix_of (driver, shares) ? DROVER_PART_SHARE
                                          : DROVER_PART_DEVICE;
}

/**
 * drover_part_is_image_option:
 * @option: an option's name without dashes
 *
 * Returns: whether it is one that takes nothing but the name of a disk image
 */
gboolean
drover_part_is_image_option (const char *option)
{
  static const char *const options[] = { "",    "hda", "hdb", "hdc",    "hdd",      "cdrom",
                                         "fda", "fdb", "sd",  "pflash", "mtdblock", NULL };

  return g_strv_contains (options, option);
}

static DroverPart *
add_part (Reader *reader, const char *kind, int front, int back, int file)
{
  DroverPart *part = g_new0 (DroverPart, 1);

  part->kind = kind;
  part->scope = (DroverScope) { front, back, file };
  part->others = g_array_new (FALSE, FALSE, sizeof (int));
  if (front >= 0)
    reader->taken[front] = TRUE;
  if (back >= 0)
    reader->taken[back] = TRUE;
  if (file >= 0)
    reader->taken[file] = TRUE;
  g_ptr_array_add (reader->parts, part);
  return part;
}

/* What @argument uses, when both are switched on, or both are off: QEMU sees no other joint. */
static int
join (Reader *reader, guint argument, DroverNamespace names)
{
  int target = drover_references_get_target (reader->references, argument, names);

  return target >= 0 && get_fields (reader->references, argument)->enabled ==
                          get_fields (reader->references, target)->enabled
           ? target
           : -1;
}

/* The node at the end of the chain of `file=`: the one that reads the file. A node that does so
 * itself is both. */
static int
find_file (Reader *reader, int back)
{
  int node = back;

  if (back < 0 || !drover_fields_are (get_fields (reader->references, back), "blockdev"))
    return -1;

  for (guint i = 0; i < reader->references->fields->len; i++)
    {
      const char *file = drover_fields_get (get_fields (reader->references, node), "file");
      int next = file == NULL ? -1
                              : drover_references_find (reader->references,
                                                        DROVER_NAMESPACE_BLOCK, file);

      if (next < 0 || next == node)
        break;
      node = next;
    }

  if (node == back && drover_fields_get (get_fields (reader->references, back),
                                         "file.driver") != NULL)
    return -1;

  return node;
}

static void
read_device (Reader *reader, guint argument)
{
  const char *kind = drover_part_get_device_kind (get_fields (reader->references, argument));
  int back = -1;

  if (g_str_equal (kind, DROVER_PART_DISK))
    {
      back = join (reader, argument, DROVER_NAMESPACE_BLOCK);
      if (back < 0)
        back = join (reader, argument, DROVER_NAMESPACE_CHARDEV);
    }
  else if (g_str_equal (kind, DROVER_PART_CARD))
    back = join (reader, argument, DROVER_NAMESPACE_NETDEV);
  else if (g_str_equal (kind, DROVER_PART_SOUND))
    back = join (reader, argument, DROVER_NAMESPACE_AUDIODEV);
  else if (g_str_equal (kind, DROVER_PART_SHARE))
    {
      back = join (reader, argument, DROVER_NAMESPACE_FSDEV);
      if (back < 0)
        back = join (reader, argument, DROVER_NAMESPACE_CHARDEV);
    }
  else
    back = join (reader, argument, DROVER_NAMESPACE_TPMDEV);

  add_part (reader, kind, argument, back,
            g_str_equal (kind, DROVER_PART_DISK) ? find_file (reader, back) : -1);
}

static gboolean
is_type (const DroverFields *fields, const char *type)
{
  return g_strcmp0 (drover_fields_get (fields, "type"), type) == 0;
}

/* The old `-net` has no joints: all of them are on one hub. One card and one backend are a pair;
 * of more, the first is shown with the first. */
static void
read_net (Reader *reader, guint argument)
{
  DroverReferences *references = reader->references;
  const DroverFields *fields = get_fields (references, argument);
  gboolean is_front = is_type (fields, "nic");
  int back = is_front ? join (reader, argument, DROVER_NAMESPACE_NETDEV) : -1;

  if (is_type (fields, "none"))
    return;

  for (int i = argument + 1; back < 0 && i < (int) references->fields->len; i++)
    {
      const DroverFields *other = get_fields (references, i);

      if (drover_fields_are (other, "net") && !reader->taken[i] &&
          other->enabled == fields->enabled && !is_type (other, "none") &&
          is_type (other, "nic") != is_front && drover_fields_get (other, "netdev") == NULL &&
          drover_fields_get (fields, "netdev") == NULL)
        back = i;
    }

  if (is_front)
    add_part (reader, DROVER_PART_CARD, argument, back, -1);
  else
    add_part (reader, DROVER_PART_CARD, back, argument, -1);
}

/* `-serial chardev:ID` and `-mon chardev=ID` are the front of a `-chardev`. */
static void
read_character (Reader *reader, guint argument)
{
  int back = join (reader, argument, DROVER_NAMESPACE_CHARDEV);

  add_part (reader, DROVER_PART_CHARACTER, argument, back >= 0 ? back : (int) argument, -1);
}

/* What is a part by itself, or the front of one. */
static void
read_front (Reader *reader, guint argument)
{
  static const char *const characters[] = { "serial",     "parallel", "monitor", "mon", "qmp",
                                            "qmp-pretty", "debugcon", NULL };
  const DroverFields *fields = get_fields (reader->references, argument);
  const char *interface = drover_fields_get (fields, "if");

  if (reader->taken[argument])
    return;

  if (drover_fields_are (fields, "device"))
    read_device (reader, argument);
  else if (drover_part_is_image_option (fields->option) ||
           (drover_fields_are (fields, "drive") && g_strcmp0 (interface, "none") != 0))
    add_part (reader, DROVER_PART_DISK, argument, argument, -1);
  else if (drover_fields_are (fields, "nic") && !is_type (fields, "none"))
    add_part (reader, DROVER_PART_CARD, argument, argument, -1);
  else if (drover_fields_are (fields, "net"))
    read_net (reader, argument);
  else if (drover_fields_are (fields, "soundhw") ||
           (drover_fields_are (fields, "audio") && drover_fields_get (fields, "model") != NULL))
    add_part (reader, DROVER_PART_SOUND, argument, argument, -1);
  else if (drover_fields_are (fields, "virtfs"))
    add_part (reader, DROVER_PART_SHARE, argument, argument, -1);
  else if (drover_fields_are (fields, "numa"))
    add_part (reader, DROVER_PART_NUMA, argument, argument, -1);
  else if (drover_fields_are (fields, "usbdevice"))
    add_part (reader, DROVER_PART_DEVICE, argument, -1, -1);
  else if (g_strv_contains (characters, fields->option))
    read_character (reader, argument);
}

/* The one at the top of a chain: no other node stands on it. */
static gboolean
is_top_node (Reader *reader, guint argument)
{
  DroverReferences *references = reader->references;

  for (guint i = 0; i < references->fields->len; i++)
    if (drover_fields_are (get_fields (references, i), "blockdev") &&
        drover_references_uses (references, i, argument))
      return FALSE;

  return TRUE;
}

/* The host sides that no front has taken. */
static void
read_back (Reader *reader, guint argument)
{
  const DroverFields *fields = get_fields (reader->references, argument);

  if (reader->taken[argument])
    return;

  if (drover_fields_are (fields, "drive"))
    add_part (reader, DROVER_PART_DISK, -1, argument, -1);
  else if (drover_fields_are (fields, "blockdev") && is_top_node (reader, argument))
    add_part (reader, DROVER_PART_DISK, -1, argument, find_file (reader, argument));
  else if (drover_fields_are (fields, "netdev"))
    add_part (reader, DROVER_PART_CARD, -1, argument, -1);
  else if (drover_fields_are (fields, "audiodev") || drover_fields_are (fields, "audio"))
    add_part (reader, DROVER_PART_SOUND, -1, argument, -1);
  else if (drover_fields_are (fields, "fsdev"))
    add_part (reader, DROVER_PART_SHARE, -1, argument, -1);
  else if (drover_fields_are (fields, "tpmdev"))
    add_part (reader, DROVER_PART_DEVICE, -1, argument, -1);
  else if (drover_fields_are (fields, "chardev"))
    add_part (reader, DROVER_PART_CHARACTER, -1, argument, -1);
  else if (drover_fields_are (fields, "object"))
    add_part (reader, DROVER_PART_OBJECT, -1, argument, -1);
}

static gboolean
has (const DroverPart *part, int argument)
{
  return part->scope.front == argument || part->scope.back == argument ||
         part->scope.file == argument;
}

static gboolean
has_other (const DroverPart *part, int argument)
{
  for (guint i = 0; i < part->others->len; i++)
    if (g_array_index (part->others, int, i) == argument)
      return TRUE;

  return FALSE;
}

static void
add_other (const DroverPart *part, int argument)
{
  if (!has (part, argument) && !has_other (part, argument))
    g_array_append_val (part->others, argument);
}

static gboolean
can_belong (DroverNamespace names)
{
  return names == DROVER_NAMESPACE_BLOCK || names == DROVER_NAMESPACE_CHARDEV ||
         names == DROVER_NAMESPACE_OBJECT;
}

/* What the part uses, and what that uses in turn; but a bus is no belonging of what is plugged
 * into it, nor a network of the filter on it. Of a card also the filters on its backend. */
static void
find_others (DroverReferences *references, DroverPart *part)
{
  guint n_before;

  do
    {
      n_before = part->others->len;
      for (guint i = 0; i < references->list->len; i++)
        {
          const DroverReference *reference =
            &g_array_index (references->list, DroverReference, i);
          int user = reference->argument;

          if (reference->target < 0)
            continue;
          if (can_belong (reference->names) && (has (part, user) || has_other (part, user)))
            add_other (part, reference->target);
          else if (reference->names == DROVER_NAMESPACE_NETDEV &&
                   reference->target == part->scope.back &&
                   drover_fields_are (get_fields (references, user), "object"))
            add_other (part, user);
        }
    }
  while (part->others->len > n_before);
}

static int
get_first_argument (const DroverPart *part)
{
  int first = part->scope.front;

  if (first < 0 || (part->scope.back >= 0 && part->scope.back < first))
    first = part->scope.back;
  if (part->scope.file >= 0 && part->scope.file < first)
    first = part->scope.file;

  return first;
}

static int
compare_places (gconstpointer a, gconstpointer b)
{
  return get_first_argument (a) - get_first_argument (b);
}

static const char *
get_id (DroverReferences *references, int argument)
{
  const DroverReference *definition =
    argument < 0 ? NULL : drover_references_get_definition (references, argument);

  return definition != NULL ? definition->value : NULL;
}

/* An id that another part has already would not lead to this one. */
static char *
make_id (DroverReferences *references, const DroverPart *part, GHashTable *seen)
{
  const char *ids[] = { get_id (references, part->scope.front),
                        get_id (references, part->scope.back) };
  int argument = get_first_argument (part);
  const char *option = get_fields (references, argument)->option;

  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    if (ids[i] != NULL && g_hash_table_add (seen, g_strdup (ids[i])))
      return g_strdup (ids[i]);

  return g_strdup_printf ("%s#%d", *option == '\0' ? "image" : option, argument);
}

static void
name_parts (DroverReferences *references, GPtrArray *parts)
{
  static const char *const kinds[] = { DROVER_PART_DISK,  DROVER_PART_CARD,
                                       DROVER_PART_SOUND, DROVER_PART_NUMA,
                                       DROVER_PART_SHARE, DROVER_PART_DEVICE,
                                       DROVER_PART_CHARACTER, DROVER_PART_OBJECT };
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint k = 0; k < G_N_ELEMENTS (kinds); k++)
    for (guint i = 0; i < parts->len; i++)
      {
        DroverPart *part = parts->pdata[i];

        if (g_str_equal (part->kind, kinds[k]))
          part->id = make_id (references, part, seen);
      }
}

static gboolean
is_old (DroverReferences *references, GPtrArray *arguments, int argument)
{
  return drover_arguments_get_file (arguments, argument) == NULL &&
         drover_modernise_can (references, argument);
}

/* Whether the board itself has the node in it, which has no device of its own. */
static gboolean
is_flash (DroverReferences *references, const DroverPart *part)
{
  if (part->scope.front >= 0 || !g_str_equal (part->kind, DROVER_PART_DISK))
    return FALSE;

  for (guint i = 0; i < references->list->len; i++)
    {
      const DroverReference *reference = &g_array_index (references->list, DroverReference, i);
      const DroverFields *user = get_fields (references, reference->argument);

      if (reference->target == part->scope.back && g_str_has_prefix (reference->key, "pflash") &&
          drover_fields_are (user, "machine") &&
          user->enabled == get_fields (references, part->scope.back)->enabled)
        return TRUE;
    }

  return FALSE;
}

/**
 * drover_parts_read:
 * @references: who makes and who uses which id in @arguments
 * @arguments: (element-type DroverArgument): a machine's arguments
 *
 * Returns: (transfer full) (element-type DroverPart): all parts, by their first argument
 */
GPtrArray *
drover_parts_read (DroverReferences *references, GPtrArray *arguments)
{
  g_autofree gboolean *taken = g_new0 (gboolean, arguments->len + 1);
  Reader reader = { references, g_ptr_array_new_with_free_func ((GDestroyNotify) drover_part_free),
                    taken };

  for (guint i = 0; i < arguments->len; i++)
    read_front (&reader, i);
  for (guint i = 0; i < arguments->len; i++)
    read_back (&reader, i);
  g_ptr_array_sort_values (reader.parts, compare_places);

  for (guint i = 0; i < reader.parts->len; i++)
    {
      DroverPart *part = reader.parts->pdata[i];

      find_others (references, part);
      part->title = drover_part_dup_title (references, part);
      part->legacy = is_old (references, arguments, part->scope.front) ||
                     is_old (references, arguments, part->scope.back);
      part->flash = is_flash (references, part);
    }
  name_parts (references, reader.parts);
  return reader.parts;
}

/**
 * drover_parts_list:
 * @arguments: (element-type DroverArgument): a machine's arguments
 * @kind: (nullable): one of the DROVER_PART_ names; %NULL for all of them
 *
 * A thing that is one argument, as `-hda` or `-nic`, has that argument as front and as back. A
 * front without a back, and a back without a front, are parts with one half. Arguments that
 * are switched off are joined only with others that are: QEMU sees no other joint.
 *
 * Every part has another id. Where two things have the same one, the second is `OPTION#N`, N
 * being the index of its argument.
 *
 * Returns: (transfer full) (element-type DroverPart): the machine's parts of that kind, by their
 *   first argument
 */
GPtrArray *
drover_parts_list (GPtrArray *arguments, const char *kind)
{
  g_autoptr (DroverReferences) references = drover_references_new (arguments);
  GPtrArray *parts = drover_parts_read (references, arguments);

  for (guint i = parts->len; kind != NULL && i-- > 0;)
    if (!g_str_equal (((DroverPart *) parts->pdata[i])->kind, kind))
      g_ptr_array_remove_index (parts, i);

  return parts;
}

/**
 * drover_parts_find:
 * @arguments: (element-type DroverArgument): a machine's arguments
 * @id: the id of a part, of its other half, or `OPTION#N`
 *
 * Returns: (transfer full) (nullable): that part
 */
DroverPart *
drover_parts_find (GPtrArray *arguments, const char *id)
{
  g_autoptr (DroverReferences) references = drover_references_new (arguments);
  g_autoptr (GPtrArray) parts = drover_parts_read (references, arguments);

  for (guint i = 0; i < parts->len; i++)
    if (g_str_equal (((DroverPart *) parts->pdata[i])->id, id))
      return g_ptr_array_steal_index (parts, i);

  for (guint i = 0; i < parts->len; i++)
    if (g_strcmp0 (get_id (references, ((DroverPart *) parts->pdata[i])->scope.back), id) == 0)
      return g_ptr_array_steal_index (parts, i);

  return NULL;
}

/**
 * drover_parts_find_at:
 * @arguments: (element-type DroverArgument): a machine's arguments
 * @argument: index of one of them
 *
 * Returns: (transfer full) (nullable): the part that it makes, or else belongs to
 */
DroverPart *
drover_parts_find_at (GPtrArray *arguments, guint argument)
{
  g_autoptr (GPtrArray) parts = drover_parts_list (arguments, NULL);

  for (guint i = 0; i < parts->len; i++)
    if (has (parts->pdata[i], argument))
      return g_ptr_array_steal_index (parts, i);

  for (guint i = 0; i < parts->len; i++)
    if (has_other (parts->pdata[i], argument))
      return g_ptr_array_steal_index (parts, i);

  return NULL;
}

/**
 * drover_part_find_argument:
 * @arguments: (element-type DroverArgument): a machine's arguments
 * @part: one of its parts
 * @id: what it is called
 *
 * Returns: index of the argument of @part that has that id; its front, or else its back, when
 *   none has
 */
guint
drover_part_find_argument (GPtrArray *arguments, const DroverPart *part, const char *id)
{
  g_autoptr (DroverReferences) references = drover_references_new (arguments);
  const int halves[] = { part->scope.front, part->scope.back };

  for (guint i = 0; i < G_N_ELEMENTS (halves); i++)
    if (g_strcmp0 (get_id (references, halves[i]), id) == 0)
      return halves[i];

  return part->scope.front >= 0 ? part->scope.front : part->scope.back;
}

/**
 * drover_part_free:
 *
 * Frees @self.
 */
void
drover_part_free (DroverPart *self)
{
  g_free (self->id);
  g_free (self->title);
  g_array_unref (self->others);
  g_free (self);
}

/* The main argument goes first; what it leaves alone goes with it when asked to, but only what
 * nothing else uses. */
static void
remove_unused (GPtrArray *arguments, const DroverPart *part, gboolean *removed)
{
  g_autoptr (DroverReferences) references = drover_references_new (arguments);
  g_autoptr (GArray) candidates = g_array_copy (part->others);
  gboolean again = TRUE;

  g_array_append_val (candidates, part->scope.back);
  g_array_append_val (candidates, part->scope.file);
  while (again)
    {
      again = FALSE;
      for (guint i = 0; i < candidates->len; i++)
        {
          int argument = g_array_index (candidates, int, i);
          gboolean used = argument < 0 || removed[argument] ||
                          drover_arguments_get_file (arguments, argument) != NULL;

          for (guint j = 0; !used && j < arguments->len; j++)
            used = !removed[j] && drover_references_uses (references, j, argument);
          if (!used)
            removed[argument] = again = TRUE;
        }
    }
}

/**
 * drover_part_remove:
 * @arguments: (element-type DroverArgument): a machine's arguments
 * @part: one of its parts
 * @other_half: whether its host side, and what else only it uses, goes too
 *
 * Without @other_half only the front goes, or the back of a part that has no front. What uses
 * the part (see drover_arguments_list_uses()) is left as it is, and so is what stands in a file.
 *
 * Returns: (transfer full): the new arguments
 */
GPtrArray *
drover_part_remove (GPtrArray *arguments, const DroverPart *part, gboolean other_half)
{
  g_autofree gboolean *removed = g_new0 (gboolean, arguments->len);
  GPtrArray *result = drover_arguments_copy (arguments);
  int first = part->scope.front >= 0 ? part->scope.front : part->scope.back;

  removed[first] = drover_arguments_get_file (arguments, first) == NULL;
  if (other_half)
    remove_unused (arguments, part, removed);
  for (guint i = arguments->len; i-- > 0;)
    if (removed[i])
      g_ptr_array_remove_index (result, i);

  return result;
}
