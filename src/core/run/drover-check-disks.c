/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "drover-check-private.h"
#include "drover-keyval.h"
#include "drover-program.h"

/* The images of a running machine are locked, and even to open an image for writing may change
 * its header. So images are opened read-only and without locks.
 *
 * A -drive then has `snapshot=on`, for which QEMU makes an unlinked overlay in $TMPDIR. A node of
 * -blockdev that no other node stands on becomes the backing file of an overlay that Drover
 * makes, which takes its name; the ones below are opened read-only. Either way the device sees a
 * disk of the same size that can be written to. */

#define CLUSTER_BITS 21
#define CLUSTER (1u << CLUSTER_BITS)

static const char *const file_drivers[] = { "file", "host_device", "host_cdrom", NULL };
static const char *const filters[] = { "raw", "throttle", "copy-on-read", NULL };

/* Drivers that talk to somebody, make their data up, or write where no overlay helps. */
static const char *const other_drivers[] = {
  "blkdebug", "blkverify", "ftp", "ftps", "gluster", "http", "https", "iscsi", "nbd", "nfs",
  "null-aio", "null-co", "nvme", "nvme-io_uring", "quorum", "rbd", "replication", "ssh",
  "vhost-user-blk", "virtio-blk-vfio-pci", "virtio-blk-vhost-user", "virtio-blk-vhost-vdpa",
  "vitastor", "vvfat", NULL,
};

static char *
dup_path (DroverCheckPlan *self, const char *name)
{
  return self->folder != NULL ? g_canonicalize_filename (name, self->folder) : g_strdup (name);
}

static void
put_u32 (guint8 *at, guint32 number)
{
  number = GUINT32_TO_BE (number);
  memcpy (at, &number, sizeof number);
}

static void
put_u64 (guint8 *at, guint64 number)
{
  number = GUINT64_TO_BE (number);
  memcpy (at, &number, sizeof number);
}

/* An empty image as docs/interop/qcow2.txt of QEMU describes version 3: a cluster each for the
 * header, the table of reference counts, the one block of them, and the first table of clusters.
 * Those are so large that the last has room for any disk. */
static gboolean
write_overlay (const char *path, gint64 size)
{
  g_autofree guint8 *header = g_malloc0 (104);
  const guint64 covered_by_entry = (guint64) CLUSTER * (CLUSTER / 8);
  const guint64 n_entries = MAX (1, (size + covered_by_entry - 1) / covered_by_entry);
  guint8 table[8];
  guint8 counts[8] = { 0, 1, 0, 1, 0, 1, 0, 1 };
  int fd = open (path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  gboolean written;

  if (fd < 0)
    return FALSE;

  memcpy (header, "QFI\xfb", 4);
  put_u32 (header + 4, 3);
  put_u32 (header + 20, CLUSTER_BITS);
  put_u64 (header + 24, size);
  put_u32 (header + 36, n_entries);
  put_u64 (header + 40, 3 * (guint64) CLUSTER);
  put_u64 (header + 48, CLUSTER);
  put_u32 (header + 56, 1);
  put_u32 (header + 96, 4);
  put_u32 (header + 100, 104);
  put_u64 (table, 2 * (guint64) CLUSTER);

  written = pwrite (fd, header, 104, 0) == 104 &&
            pwrite (fd, table, sizeof table, CLUSTER) == sizeof table &&
            pwrite (fd, counts, sizeof counts, 2 * (goffset) CLUSTER) == sizeof counts &&
            ftruncate (fd, 4 * (goffset) CLUSTER) == 0;
  return close (fd) == 0 && written;
}

static gint64
get_file_size (const char *path)
{
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  gint64 size;

  if (fd < 0)
    return -1;

  /* As QEMU does it, which works for block devices too. */
  size = lseek (fd, 0, SEEK_END);
  close (fd);
  return size < 0 ? -1 : (size + 511) / 512 * 512;
}

static gint64
get_qcow2_size (const char *path)
{
  guint8 header[32];
  guint64 size;
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  gboolean is_read;

  if (fd < 0)
    return -1;

  is_read = pread (fd, header, sizeof header, 0) == sizeof header;
  close (fd);
  if (!is_read || memcmp (header, "QFI\xfb", 4) != 0)
    return -1;

  memcpy (&size, header + 24, sizeof size);
  size = GUINT64_FROM_BE (size);
  return size > G_MAXINT64 - 511 ? -1 : (gint64) ((size + 511) / 512 * 512);
}

/* Any other format is its own tool's to read. */
static gint64
ask_qemu_img (const char *path, const char *format)
{
  g_autofree char *program = drover_program_find ("qemu-img", NULL);
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GBytes) output = NULL;
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonNode *root;

  if (program != NULL)
    process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE,
                                NULL, program, "info", "-U", "--output=json", "-f", format, "--",
                                path, NULL);
  if (process == NULL)
    return -1;

  output = dex_await_boxed (
    dex_input_stream_read_bytes (g_subprocess_get_stdout_pipe (process), 65536, 0), NULL);
  if (!dex_await (dex_subprocess_wait_check (process), NULL) || output == NULL ||
      !json_parser_load_from_data (parser, g_bytes_get_data (output, NULL),
                                   g_bytes_get_size (output), NULL))
    return -1;

  root = json_parser_get_root (parser);
  return JSON_NODE_HOLDS_OBJECT (root)
    ? json_object_get_int_member_with_default (json_node_get_object (root), "virtual-size", -1)
    : -1;
}

static void
flatten_object (GHashTable *flat, const char *prefix, JsonObject *object)
{
  JsonObjectIter iter;
  const char *name;
  JsonNode *node;

  json_object_iter_init (&iter, object);
  while (json_object_iter_next (&iter, &name, &node))
    {
      g_autofree char *key = g_strconcat (prefix, name, NULL);
      g_autofree char *below = g_strconcat (key, ".", NULL);

      if (JSON_NODE_HOLDS_OBJECT (node))
        flatten_object (flat, below, json_node_get_object (node));
      else if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING)
        g_hash_table_insert (flat, g_steal_pointer (&key), json_node_dup_string (node));
      else if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_BOOLEAN)
        g_hash_table_insert (flat, g_steal_pointer (&key),
                             g_strdup (json_node_get_boolean (node) ? "on" : "off"));
    }
}

/* A node as dotted keys: `file.driver` → `file`. */
static GHashTable *
flatten (const char *value)
{
  GHashTable *flat = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (JsonObject) object = _drover_check_parse_object (value);
  g_autoptr (GArray) items = NULL;

  if (object != NULL)
    flatten_object (flat, "", object);
  if (value[0] == '{')
    return flat;

  items = drover_keyval_parse (value, TRUE);
  for (guint i = 0; i < items->len; i++)
    {
      const DroverKeyvalItem *item = &g_array_index (items, DroverKeyvalItem, i);
      g_autofree char *key = item->key_length > 0
        ? g_strndup (value + item->start, item->key_length) : g_strdup ("driver");
      char *text = drover_keyval_dup (value, "driver", key);

      if (text != NULL)
        g_hash_table_insert (flat, g_steal_pointer (&key), text);
    }

  return flat;
}

static const char *
look_up (GHashTable *flat, const char *prefix, const char *key)
{
  g_autofree char *whole = g_strconcat (prefix, key, NULL);

  return g_hash_table_lookup (flat, whole);
}

static const char *
get_node_value (DroverCheckPlan *self, const char *node_name)
{
  GPtrArray *arguments = drover_document_get_arguments (self->document);

  for (guint i = 0; i < arguments->len; i++)
    {
      const char *value = drover_argument_get_value (arguments->pdata[i]);
      g_autofree char *name = NULL;

      if (value == NULL || !drover_argument_get_enabled (arguments->pdata[i]) ||
          !g_str_equal (drover_argument_get_option (arguments->pdata[i]), "blockdev"))
        continue;
      name = _drover_check_dup_field (value, "driver", "node-name");
      if (g_strcmp0 (name, node_name) == 0)
        return value;
    }

  return NULL;
}

/* The node at @prefix of @flat, or the one that it stands on.
 * Returns the file's name, or NULL when it is no plain file. */
static char *
dup_file_name (DroverCheckPlan *self, GHashTable *flat, const char *prefix, guint depth)
{
  const char *driver = look_up (flat, prefix, "driver");
  g_autofree char *below = g_strconcat (prefix, "file.", NULL);
  const char *reference = look_up (flat, prefix, "file");
  const char *value;
  g_autoptr (GHashTable) other = NULL;

  if (driver == NULL || depth > 8)
    return NULL;
  if (g_strv_contains (file_drivers, driver))
    return g_strdup (look_up (flat, prefix, "filename"));
  if (look_up (flat, below, "driver") != NULL)
    return dup_file_name (self, flat, below, depth + 1);
  if (reference == NULL || (value = get_node_value (self, reference)) == NULL)
    return NULL;

  other = flatten (value);
  return dup_file_name (self, other, "", depth + 1);
}

static gint64
get_node_size (DroverCheckPlan *self, GHashTable *flat, const char *prefix, guint depth)
{
  const char *driver = look_up (flat, prefix, "driver");
  g_autofree char *below = g_strconcat (prefix, "file.", NULL);
  const char *reference = look_up (flat, prefix, "file");
  g_autofree char *name = dup_file_name (self, flat, prefix, depth);
  g_autofree char *path = name != NULL ? dup_path (self, name) : NULL;
  g_autoptr (GHashTable) other = NULL;

  if (path == NULL || driver == NULL)
    return -1;
  if (g_strv_contains (file_drivers, driver))
    return get_file_size (path);
  if (g_str_equal (driver, "qcow2"))
    return get_qcow2_size (path);
  if (!g_strv_contains (filters, driver))
    return ask_qemu_img (path, driver);
  if (look_up (flat, below, "driver") != NULL)
    return get_node_size (self, flat, below, depth + 1);

  other = reference != NULL ? flatten (get_node_value (self, reference)) : NULL;
  return other != NULL ? get_node_size (self, other, "", depth + 1) : -1;
}

/* Whether a node, or one that it stands on, is no plain file of this host. */
static gboolean
is_other (DroverCheckPlan *self, const char *value, guint depth)
{
  g_autoptr (GHashTable) flat = flatten (value);
  GHashTableIter iter;
  const char *key;
  const char *text;

  if (depth > 8)
    return TRUE;

  g_hash_table_iter_init (&iter, flat);
  while (g_hash_table_iter_next (&iter, (gpointer *) &key, (gpointer *) &text))
    {
      const char *dot = strrchr (key, '.');
      const char *last = dot != NULL ? dot + 1 : key;
      const char *below = NULL;

      if (g_str_equal (last, "driver") && g_strv_contains (other_drivers, text))
        return TRUE;
      if (g_str_equal (last, "file") || g_str_equal (last, "backing"))
        below = get_node_value (self, text);
      if (below != NULL && is_other (self, below, depth + 1))
        return TRUE;
    }

  return FALSE;
}

static gboolean
stands_on (const char *value, const char *node_name)
{
  static const char *const no_references[] = { "driver", "filename", "node-name", NULL };
  g_autoptr (GHashTable) flat = flatten (value);
  GHashTableIter iter;
  const char *key;
  const char *text;

  g_hash_table_iter_init (&iter, flat);
  while (g_hash_table_iter_next (&iter, (gpointer *) &key, (gpointer *) &text))
    {
      const char *dot = strrchr (key, '.');

      if (g_str_equal (text, node_name) &&
          !g_strv_contains (no_references, dot != NULL ? dot + 1 : key))
        return TRUE;
    }

  return FALSE;
}

static gboolean
has_node_above (DroverCheckPlan *self, const char *node_name)
{
  GPtrArray *arguments = drover_document_get_arguments (self->document);

  for (guint i = 0; i < arguments->len; i++)
    if (g_str_equal (drover_argument_get_option (arguments->pdata[i]), "blockdev") &&
        drover_argument_get_enabled (arguments->pdata[i]) &&
        drover_argument_get_value (arguments->pdata[i]) != NULL &&
        stands_on (drover_argument_get_value (arguments->pdata[i]), node_name))
      return TRUE;

  return FALSE;
}

/* A disk whose own commands a guest is to send must be the device itself. */
static gboolean
passes_commands_on (DroverCheckPlan *self)
{
  GPtrArray *arguments = drover_document_get_arguments (self->document);

  for (guint i = 0; i < arguments->len; i++)
    {
      const char *value = drover_argument_get_value (arguments->pdata[i]);

      if (value != NULL && g_str_equal (drover_argument_get_option (arguments->pdata[i]), "device") &&
          (strstr (value, "scsi-block") != NULL || strstr (value, "scsi-generic") != NULL))
        return TRUE;
    }

  return FALSE;
}

static void
make_object_harmless (JsonObject *object, gboolean is_top)
{
  const char *driver = json_object_get_string_member_with_default (object, "driver", "");
  JsonObjectIter iter;
  JsonNode *node;

  json_object_iter_init (&iter, object);
  while (json_object_iter_next (&iter, NULL, &node))
    if (JSON_NODE_HOLDS_OBJECT (node))
      make_object_harmless (json_node_get_object (node), FALSE);

  json_object_remove_member (object, "auto-read-only");
  json_object_remove_member (object, "read-only");
  if (is_top)
    json_object_set_boolean_member (object, "read-only", TRUE);
  if (g_strv_contains (file_drivers, driver))
    json_object_set_string_member (object, "locking", "off");
}

/* Appends what of a keyval's items is to stay, each key below @prefix. */
static void
append_harmless_items (GString *text, const char *value, const char *prefix, gboolean keep_name)
{
  g_autoptr (GArray) items = drover_keyval_parse (value, TRUE);

  for (guint i = 0; i < items->len; i++)
    {
      const DroverKeyvalItem *item = &g_array_index (items, DroverKeyvalItem, i);
      g_autofree char *key = item->key_length > 0
        ? g_strndup (value + item->start, item->key_length) : g_strdup ("driver");
      const char *dot = strrchr (key, '.');
      const char *last = dot != NULL ? dot + 1 : key;
      g_autofree char *driver = drover_keyval_dup (value, "driver", key);

      if (g_str_equal (last, "read-only") || g_str_equal (last, "auto-read-only") ||
          g_str_equal (last, "locking") || (!keep_name && g_str_equal (key, "node-name")) ||
          (item->is_flag && item->key_length == 0))
        continue;

      g_string_append_printf (text, "%s%s%s", text->len > 0 ? "," : "", prefix, key);
      if (!item->is_flag)
        g_string_append_printf (text, "=%.*s", (int) (item->end - item->value_start),
                                value + item->value_start);
      if (g_str_equal (last, "driver") && g_strv_contains (file_drivers, driver))
        g_string_append_printf (text, ",%s%.*slocking=off", prefix, (int) (last - key), key);
    }
  g_string_append_printf (text, ",%sread-only=on", prefix);
}

/* The node itself, read-only and without locks. */
static char *
dup_harmless_node (const char *value)
{
  g_autoptr (JsonObject) object = _drover_check_parse_object (value);
  GString *text;

  if (object != NULL)
    {
      make_object_harmless (object, TRUE);
      return _drover_check_object_to_text (object);
    }

  text = g_string_new (NULL);
  append_harmless_items (text, value, "", TRUE);
  return g_string_free_and_steal (text);
}

/* An overlay under the node's own name, with the node below it. */
static char *
dup_covered_node (const char *value, const char *node_name, const char *overlay)
{
  g_autoptr (JsonObject) object = _drover_check_parse_object (value);
  GString *text;

  if (object != NULL)
    {
      g_autoptr (JsonObject) top = json_object_new ();
      JsonObject *file = json_object_new ();

      make_object_harmless (object, TRUE);
      json_object_remove_member (object, "node-name");
      json_object_set_string_member (file, "driver", "file");
      json_object_set_string_member (file, "filename", overlay);
      json_object_set_string_member (top, "driver", "qcow2");
      json_object_set_string_member (top, "node-name", node_name);
      json_object_set_object_member (top, "file", file);
      json_object_set_object_member (top, "backing", g_steal_pointer (&object));
      return _drover_check_object_to_text (top);
    }

  text = g_string_new ("driver=qcow2,node-name=");
  g_string_append_printf (text, "%s,file.driver=file,file.filename=%s", node_name, overlay);
  append_harmless_items (text, value, "backing.", FALSE);
  return g_string_free_and_steal (text);
}

/* An overlay hides that the image itself cannot be written to. */
static void
note_permission (DroverCheckPlan *self, const char *name, int index)
{
  g_autofree char *path = dup_path (self, name);
  DroverCheckProblem *problem;

  if (!g_file_test (path, G_FILE_TEST_EXISTS) || g_access (path, W_OK) == 0)
    return;

  problem = _drover_check_problem_new (index, FALSE,
    g_strdup_printf (_("You are not allowed to write to “%s”, and the machine would"), name));
  _drover_check_find_span (problem, self->document, name);
  g_ptr_array_add (self->problems, problem);
}

static char *
dup_blockdev (DroverCheckPlan *self, const char *value, int index)
{
  g_autofree char *node_name = _drover_check_dup_field (value, "driver", "node-name");
  g_autofree char *read_only = _drover_check_dup_field (value, "driver", "read-only");
  g_autoptr (GHashTable) flat = flatten (value);
  g_autofree char *file_name = NULL;
  g_autofree char *overlay = NULL;
  gint64 size;

  if (node_name == NULL || is_other (self, value, 0) || look_up (flat, "", "driver") == NULL)
    return g_strdup (value);
  if (passes_commands_on (self) && strstr (value, "/dev/") != NULL)
    return g_strdup (value);
  if (g_strcmp0 (read_only, "on") == 0 || has_node_above (self, node_name))
    return dup_harmless_node (value);

  size = get_node_size (self, flat, "", 0);
  overlay = _drover_check_plan_dup_scratch_path (self, "overlay");
  if (size < 0 || strpbrk (node_name, ",") != NULL || !write_overlay (overlay, size))
    return dup_harmless_node (value);

  if ((file_name = dup_file_name (self, flat, "", 0)) != NULL)
    note_permission (self, file_name, index);
  return dup_covered_node (value, node_name, overlay);
}

/* As QEMU tells a file's name from `nbd:…`: by a colon before any slash. */
static gboolean
has_protocol (const char *name)
{
  gsize length = strcspn (name, ":/");

  return name[length] == ':' && !g_str_has_prefix (name, "file:");
}

static void
set_key (char **text, const char *key, const char *value)
{
  g_autofree char *before = g_steal_pointer (text);

  *text = drover_keyval_set (before, NULL, key, value);
}

/* A name that is a whole node in JSON. */
static void
take_locks_from_json (char **text, const char *file)
{
  g_autoptr (JsonObject) object = _drover_check_parse_object (file + strlen ("json:"));
  g_autofree char *node = NULL;
  g_autofree char *name = NULL;

  if (object == NULL)
    return;

  make_object_harmless (object, FALSE);
  node = _drover_check_object_to_text (object);
  name = g_strconcat ("json:", node, NULL);
  set_key (text, "file", name);
}

static gboolean
is_on (const char *value, const char *key)
{
  g_autofree char *text = drover_keyval_dup (value, NULL, key);

  return g_strcmp0 (text, "on") == 0;
}

static char *
dup_drive (DroverCheckPlan *self, const char *value, int index)
{
  g_autofree char *text = g_strdup (value);
  g_autofree char *file = drover_keyval_dup (value, NULL, "file");
  g_autofree char *nested = drover_keyval_dup (value, NULL, "file.filename");
  g_autofree char *nested_driver = drover_keyval_dup (value, NULL, "file.driver");
  g_autofree char *driver = drover_keyval_dup (value, NULL, "driver");
  g_autofree char *plain = drover_keyval_dup (value, NULL, "filename");
  g_autofree char *id = drover_keyval_dup (value, NULL, "id");
  g_autofree char *node_name = drover_keyval_dup (value, NULL, "node-name");
  g_autofree char *media = drover_keyval_dup (value, NULL, "media");
  const char *name = file != NULL ? file : nested != NULL ? nested : plain;
  gboolean is_file_driver = driver != NULL && g_strv_contains (file_drivers, driver);

  if ((name == NULL && driver == NULL) || (name != NULL && g_str_has_prefix (name, "fat:")))
    return g_steal_pointer (&text);

  if (file != NULL && g_str_has_prefix (file, "json:"))
    take_locks_from_json (&text, file);
  else if (name != NULL && is_file_driver)
    set_key (&text, plain != NULL ? "locking" : "file.locking", "off");
  else if (name != NULL && !has_protocol (name) &&
           (nested_driver == NULL || g_strv_contains (file_drivers, nested_driver)))
    set_key (&text, "file.locking", "off");

  if (g_strcmp0 (media, "cdrom") == 0 || is_on (value, "readonly") || is_on (value, "read-only") ||
      (name != NULL && g_str_has_prefix (name, "/dev/") && passes_commands_on (self)))
    return g_steal_pointer (&text);

  set_key (&text, "snapshot", "on");

  /* The node's name would stay with the image, below the overlay; a drive's id finds it too. */
  if (node_name != NULL && id == NULL)
    {
      g_autofree char *without = drover_keyval_remove (text, NULL, "node-name");

      g_set_str (&text, without);
      set_key (&text, "id", node_name);
    }
  if (name != NULL && !has_protocol (name))
    note_permission (self, name, index);
  return g_steal_pointer (&text);
}

/* What an option that takes just a name stands for, as QEMU's system/vl.c has it. */
static const struct
{
  const char *option;
  const char *drive;
} shorthands[] = {
  { "", "index=0,media=disk" },        { "hda", "index=0,media=disk" },
  { "hdb", "index=1,media=disk" },     { "hdc", "index=2,media=disk" },
  { "hdd", "index=3,media=disk" },     { "cdrom", "index=2,media=cdrom" },
  { "fda", "if=floppy,index=0" },      { "fdb", "if=floppy,index=1" },
  { "mtdblock", "if=mtd" },            { "sd", "if=sd" },
  { "pflash", "if=pflash" },
};

/*
 * _drover_check_rewrite_disk:
 *
 * Adds @argument to the plan if it is a disk.
 *
 * Returns: whether it is one
 */
gboolean
_drover_check_rewrite_disk (DroverCheckPlan *self, DroverArgument *argument, int index)
{
  const char *option = drover_argument_get_option (argument);
  const char *value = drover_argument_get_value (argument);
  g_autofree char *text = NULL;

  if (value == NULL)
    return FALSE;

  if (g_str_equal (option, "blockdev"))
    text = dup_blockdev (self, value, index);
  else if (g_str_equal (option, "drive"))
    text = dup_drive (self, value, index);
  if (text != NULL)
    {
      _drover_check_plan_add (self, drover_argument_get_flag (argument), text, index);
      return TRUE;
    }

  for (guint i = 0; i < G_N_ELEMENTS (shorthands); i++)
    if (g_str_equal (option, shorthands[i].option))
      {
        g_autofree char *escaped = drover_keyval_escape (value);
        g_autofree char *drive = g_strconcat (shorthands[i].drive, ",file=", escaped, NULL);

        text = dup_drive (self, drive, index);
        _drover_check_plan_add (self, "-drive", text, index);
        return TRUE;
      }

  return FALSE;
}
