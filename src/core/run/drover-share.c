/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "drover-arguments.h"
#include "drover-error.h"
#include "drover-fields.h"
#include "drover-part.h"
#include "drover-service-entry.h"
#include "drover-share.h"

/* Shared folders as the document has them: the arguments, and for virtiofs an entry of
 * `services.virtiofs`, since no argument of QEMU's names the folder there. */

/* virtio-9p takes no longer one, and vhost-user-fs hardly. */
#define MAX_TAG 31

/* What QEMU gives a machine that asks for nothing. */
#define DEFAULT_MEMORY "128M"

/**
 * drover_share_free:
 *
 * Frees the share.
 */
void
drover_share_free (DroverShare *self)
{
  g_free (self->id);
  g_free (self->path);
  g_free (self->tag);
  g_free (self->socket);
  g_free (self);
}

/**
 * drover_share_method_get_name:
 *
 * Returns: what it is called: `9p` or `virtiofs`
 */
const char *
drover_share_method_get_name (DroverShareMethod method)
{
  return method == DROVER_SHARE_VIRTIOFS ? "virtiofs" : "9p";
}

static char *
dup_value (GPtrArray *arguments, const DroverPart *part, const char *id)
{
  g_autoptr (DroverReading) reading =
    drover_setting_read (drover_setting_find (id), arguments, &part->scope);

  return g_steal_pointer (&reading->text);
}

static char *
dup_socket (DroverArgument *argument)
{
  g_autoptr (DroverFields) fields = drover_fields_new (argument);

  return g_strdup (drover_fields_get (fields, "path"));
}

static void
read_virtiofs (DroverShare *share, DroverDocument *document, DroverArgument *chardev)
{
  JsonObject *entry;

  share->socket = dup_socket (chardev);
  entry = share->socket != NULL
    ? drover_service_entry_find (document, DROVER_SERVICE_VIRTIOFS, share->socket) : NULL;
  if (entry == NULL)
    return;

  share->by_drover = TRUE;
  share->path = g_strdup (drover_service_entry_get (entry, "path"));
  share->read_only = json_object_has_member (entry, "read-only") &&
                     json_node_get_value_type (json_object_get_member (entry, "read-only")) ==
                       G_TYPE_BOOLEAN &&
                     json_object_get_boolean_member (entry, "read-only");
}

static DroverShare *
read_part (DroverDocument *document, const DroverPart *part)
{
  GPtrArray *arguments = drover_document_get_arguments (document);
  int index = part->scope.front >= 0 ? part->scope.front : part->scope.back;
  DroverShare *share = g_new0 (DroverShare, 1);
  g_autofree char *driver = dup_value (arguments, part, "share.device");

  share->id = g_strdup (part->id);
  share->tag = dup_value (arguments, part, "share.tag");
  share->enabled = drover_argument_get_enabled (arguments->pdata[index]);
  if (driver != NULL && g_str_has_prefix (driver, "vhost-user-fs"))
    {
      share->method = DROVER_SHARE_VIRTIOFS;
      if (part->scope.back >= 0)
        read_virtiofs (share, document, arguments->pdata[part->scope.back]);
    }
  else
    {
      g_autofree char *read_only = dup_value (arguments, part, "share.read-only");

      share->path = dup_value (arguments, part, "share.path");
      share->read_only = g_strcmp0 (read_only, "on") == 0;
    }
  return share;
}

/**
 * drover_shares_list:
 * @document: a machine
 *
 * Returns: (transfer full) (element-type DroverShare): its shared folders, in their order
 */
GPtrArray *
drover_shares_list (DroverDocument *document)
{
  GPtrArray *shares = g_ptr_array_new_with_free_func ((GDestroyNotify) drover_share_free);
  g_autoptr (GPtrArray) parts =
    drover_parts_list (drover_document_get_arguments (document), DROVER_PART_SHARE);

  for (guint i = 0; i < parts->len; i++)
    g_ptr_array_add (shares, read_part (document, parts->pdata[i]));
  return shares;
}

static gboolean
has_tag (DroverDocument *document, const char *tag)
{
  g_autoptr (GPtrArray) shares = drover_shares_list (document);

  for (guint i = 0; i < shares->len; i++)
    if (g_strcmp0 (((const DroverShare *) shares->pdata[i])->tag, tag) == 0)
      return TRUE;

  return FALSE;
}

/**
 * drover_share_suggest_tag:
 * @document: a machine
 * @path: a folder
 *
 * Returns: (transfer full): a name for it that can be typed without quotes, and is free
 */
char *
drover_share_suggest_tag (DroverDocument *document, const char *path)
{
  g_autofree char *base = g_path_get_basename (path);
  g_autofree char *ascii = g_str_to_ascii (base, "C");
  g_autoptr (GString) stem = g_string_new (NULL);
  char *tag;

  for (const char *at = ascii; *at != '\0' && stem->len < MAX_TAG - 4; at++)
    if (g_ascii_isalnum (*at))
      g_string_append_c (stem, g_ascii_tolower (*at));
    else if (stem->len > 0 && stem->str[stem->len - 1] != '-')
      g_string_append_c (stem, '-');
  while (stem->len > 0 && stem->str[stem->len - 1] == '-')
    g_string_truncate (stem, stem->len - 1);
  if (stem->len == 0)
    g_string_append (stem, "share");

  tag = g_strdup (stem->str);
  for (guint n = 2; has_tag (document, tag); n++)
    {
      g_free (tag);
      tag = g_strdup_printf ("%s-%u", stem->str, n);
    }
  return tag;
}

static gboolean
check (DroverDocument *document, const char *path, const char *tag, GError **error)
{
  if (!g_path_is_absolute (path))
    return drover_arguments_refuse (error, _("The folder needs its whole path, not just “%s”"),
                                    path);
  if (!g_file_test (path, G_FILE_TEST_IS_DIR))
    return drover_arguments_refuse (error, _("There is no folder “%s”"), path);
  if (*tag == '\0' || strlen (tag) > MAX_TAG)
    return drover_arguments_refuse (error, _("The tag must have between 1 and %d characters"),
                                    MAX_TAG);
  for (const char *at = tag; *at != '\0'; at++)
    if (!g_ascii_isgraph (*at))
      return drover_arguments_refuse (
        error, _("The tag “%s” cannot be typed in every guest: use letters, digits and - . _"),
        tag);
  if (has_tag (document, tag))
    return drover_arguments_refuse (error, _("Another shared folder has the tag “%s” already"),
                                    tag);

  return TRUE;
}

static DroverDocument *
add_9p (DroverDocument *document, const char *path, const char *tag, gboolean read_only,
        const char *security, char **id, GError **error)
{
  g_autofree char *path_property = g_strconcat ("path=", path, NULL);
  g_autofree char *tag_property = g_strconcat ("tag=", tag, NULL);
  g_autofree char *security_property =
    g_strconcat ("security_model=", security != NULL ? security : "mapped-xattr", NULL);
  const char *const properties[] = { path_property, tag_property, security_property,
                                     read_only ? "readonly=on" : NULL, NULL };
  g_autoptr (GPtrArray) arguments =
    drover_parts_add (drover_document_get_arguments (document),
                      drover_document_get_program (document), DROVER_PART_SHARE, properties, id,
                      error);

  return arguments != NULL ? drover_document_with_arguments (document, arguments) : NULL;
}

static DroverDocument *
add_virtiofs (DroverDocument *document, const char *path, const char *tag, gboolean read_only,
              char **id, GError **error)
{
  g_autoptr (DroverDocument) shared = drover_share_with_memory (document, TRUE, error);
  g_autofree char *socket = drover_service_entry_dup_socket (document, "virtiofs");
  g_autofree char *socket_property = g_strconcat ("socket=", socket, NULL);
  g_autofree char *tag_property = g_strconcat ("tag=", tag, NULL);
  const char *const properties[] = { socket_property, tag_property, NULL };
  g_autoptr (GPtrArray) arguments = NULL;
  g_autoptr (DroverDocument) with_arguments = NULL;
  JsonObject *entry;

  if (shared == NULL)
    return NULL;

  arguments = drover_parts_add (drover_document_get_arguments (shared),
                                drover_document_get_program (shared), DROVER_PART_SHARE,
                                properties, id, error);
  if (arguments == NULL)
    return NULL;

  entry = json_object_new ();
  json_object_set_string_member (entry, "path", path);
  if (read_only)
    json_object_set_boolean_member (entry, "read-only", TRUE);
  with_arguments = drover_document_with_arguments (shared, arguments);
  return drover_service_entry_set (with_arguments, DROVER_SERVICE_VIRTIOFS, socket, entry);
}

/**
 * drover_share_add:
 * @document: a machine
 * @method: how
 * @path: a folder of the host
 * @tag: (nullable): the name for the guest; %NULL for one after the folder
 * @read_only: whether the guest may only read
 * @security: (nullable): for 9p: how the guest's owners and rights are kept (`security_model=`)
 * @id: (out) (optional) (transfer full): what the new part is called
 * @error: set when it cannot be
 *
 * Shares a folder. virtiofs also gives the machine memory that virtiofsd can reach, see
 * drover_share_with_memory().
 *
 * Returns: (transfer full) (nullable): the new document
 */
DroverDocument *
drover_share_add (DroverDocument *document, DroverShareMethod method, const char *path,
                  const char *tag, gboolean read_only, const char *security, char **id,
                  GError **error)
{
  g_autofree char *suggested = tag == NULL ? drover_share_suggest_tag (document, path) : NULL;
  g_autofree char *new_id = NULL;
  DroverDocument *changed;

  if (tag == NULL)
    tag = suggested;
  if (!check (document, path, tag, error))
    return NULL;

  changed = method == DROVER_SHARE_VIRTIOFS
    ? add_virtiofs (document, path, tag, read_only, &new_id, error)
    : add_9p (document, path, tag, read_only, security, &new_id, error);
  if (changed != NULL && id != NULL)
    *id = g_steal_pointer (&new_id);
  return changed;
}

/**
 * drover_share_remove:
 * @document: a machine
 * @id: a share's id or its tag
 * @error: set when there is none
 *
 * Takes the folder away from the guest; nothing in it is touched. The memory stays as it is.
 *
 * Returns: (transfer full) (nullable): the new document
 */
DroverDocument *
drover_share_remove (DroverDocument *document, const char *id, GError **error)
{
  GPtrArray *arguments = drover_document_get_arguments (document);
  g_autoptr (GPtrArray) parts = drover_parts_list (arguments, DROVER_PART_SHARE);

  for (guint i = 0; i < parts->len; i++)
    {
      g_autoptr (DroverShare) share = read_part (document, parts->pdata[i]);
      g_autoptr (GPtrArray) left = NULL;
      g_autoptr (DroverDocument) with_arguments = NULL;

      if (!g_str_equal (share->id, id) && g_strcmp0 (share->tag, id) != 0)
        continue;
      left = drover_part_remove (arguments, parts->pdata[i], TRUE);
      with_arguments = drover_document_with_arguments (document, left);
      return share->by_drover
        ? drover_service_entry_set (with_arguments, DROVER_SERVICE_VIRTIOFS, share->socket, NULL)
        : g_steal_pointer (&with_arguments);
    }

  g_set_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT,
               _("The machine shares no folder called “%s”"), id);
  return NULL;
}

/**
 * drover_share_set_sandbox:
 * @document: a machine
 * @id: a virtiofs share's id or its tag
 * @sandbox: how virtiofsd locks itself into the folder: `namespace`, `chroot` (for root), `none`
 * @error: set when there is no such share, or no such way
 *
 * For a host where virtiofsd may not make itself a namespace.
 *
 * Returns: (transfer full) (nullable): the new document
 */
DroverDocument *
drover_share_set_sandbox (DroverDocument *document, const char *id, const char *sandbox,
                          GError **error)
{
  static const char *const ways[] = { "namespace", "chroot", "none", NULL };
  g_autoptr (GPtrArray) shares = drover_shares_list (document);

  if (!g_strv_contains (ways, sandbox))
    {
      drover_arguments_refuse (error, _("The sandbox is namespace, chroot or none, not “%s”"),
                               sandbox);
      return NULL;
    }

  for (guint i = 0; i < shares->len; i++)
    {
      const DroverShare *share = shares->pdata[i];
      JsonObject *entry;

      if (!share->by_drover ||
          (!g_str_equal (share->id, id) && g_strcmp0 (share->tag, id) != 0))
        continue;
      entry = json_object_new ();
      if (share->path != NULL)
        json_object_set_string_member (entry, "path", share->path);
      if (share->read_only)
        json_object_set_boolean_member (entry, "read-only", TRUE);
      if (!g_str_equal (sandbox, "namespace"))
        json_object_set_string_member (entry, "sandbox", sandbox);
      return drover_service_entry_set (document, DROVER_SERVICE_VIRTIOFS, share->socket, entry);
    }

  g_set_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT,
               _("The machine shares no folder called “%s” by a virtiofsd of Drover’s"), id);
  return NULL;
}

/* What a word of a shell needs, or a field of fstab(5). */
static char *
quote (const char *text, DroverShareMount what)
{
  g_autoptr (GString) field = NULL;

  if (what == DROVER_SHARE_MOUNT_FSTAB)
    {
      field = g_string_new (text);
      g_string_replace (field, "\\", "\\134", 0);
      g_string_replace (field, " ", "\\040", 0);
      return g_string_free_and_steal (g_steal_pointer (&field));
    }

  for (const char *at = text; *at != '\0'; at++)
    if (!g_ascii_isalnum (*at) && strchr ("-._/", *at) == NULL)
      return g_shell_quote (text);
  return g_strdup (text);
}

/**
 * drover_share_dup_mount:
 *
 * Returns: (transfer full) (nullable): what makes the folder appear in the guest; %NULL for a guest
 *   that cannot have it so, or a share without a tag
 */
char *
drover_share_dup_mount (const DroverShare *self, DroverShareMount what)
{
  static const char *const types[][2] = {
    [DROVER_SHARE_9P] = { "9p", "trans=virtio,version=9p2000.L,msize=262144" },
    [DROVER_SHARE_VIRTIOFS] = { "virtiofs", NULL },
  };
  const char *type = types[self->method][0];
  const char *options = types[self->method][1];
  const char *rights = self->read_only ? "ro" : "rw";
  g_autofree char *place = g_strconcat ("/mnt/", self->tag, NULL);
  g_autofree char *tag = self->tag != NULL ? quote (self->tag, what) : NULL;
  g_autofree char *quoted = quote (place, what);
  g_autofree char *all = options != NULL ? g_strconcat (options, ",", rights, NULL)
                                         : g_strdup (rights);

  if (tag == NULL)
    return NULL;

  switch (what)
    {
    case DROVER_SHARE_MOUNT_LINUX:
      return g_strdup_printf ("sudo mkdir -p %s && sudo mount -t %s -o %s %s %s", quoted, type,
                              all, tag, quoted);
    case DROVER_SHARE_MOUNT_FSTAB:
      return g_strdup_printf ("%s %s %s %s,nofail 0 0", tag, quoted, type, all);
    case DROVER_SHARE_MOUNT_WINDOWS:
    default:
      return self->method == DROVER_SHARE_VIRTIOFS
        ? g_strdup (_("Install WinFsp and the virtio-win drivers; then the service VirtioFsSvc "
                      "shows the folder as drive Z:"))
        : NULL;
    }
}

/* Memory */

static DroverFields *
find_memory (GPtrArray *arguments, int *index)
{
  g_autoptr (DroverReading) reading =
    drover_setting_read (drover_setting_find ("memory.backend"), arguments, NULL);

  for (guint i = 0; reading->text != NULL && i < arguments->len; i++)
    {
      g_autoptr (DroverFields) fields = drover_fields_new (arguments->pdata[i]);

      if (fields->enabled && drover_fields_are (fields, "object") &&
          g_strcmp0 (drover_fields_get (fields, "id"), reading->text) == 0)
        {
          *index = i;
          return g_steal_pointer (&fields);
        }
    }

  return NULL;
}

static guint64
get_size (const char *text, guint64 unit)
{
  guint64 bytes = 0;

  return text != NULL && drover_size_parse (text, unit, &bytes) ? bytes : 0;
}

static char *
dup_memory_size (GPtrArray *arguments)
{
  g_autoptr (DroverReading) reading =
    drover_setting_read (drover_setting_find ("memory.size"), arguments, NULL);

  return reading->state == DROVER_SETTING_VALUE ? g_steal_pointer (&reading->text) : NULL;
}

/* memory-backend-memfd is shared unless told otherwise, the others are not. */
static gboolean
is_shared (const DroverFields *object)
{
  const char *share = drover_fields_get (object, "share");
  const char *type = drover_fields_get (object, "qom-type");
  gboolean on = g_strcmp0 (type, "memory-backend-memfd") == 0;

  if (share != NULL)
    drover_switch_parse (share, &on);
  return on;
}

static int
find_object (GPtrArray *all, const char *id)
{
  for (guint i = 0; i < all->len; i++)
    {
      const DroverFields *fields = all->pdata[i];

      if (fields->enabled && drover_fields_are (fields, "object") &&
          g_strcmp0 (drover_fields_get (fields, "id"), id) == 0)
        return i;
    }

  return -1;
}

/* Returns: (element-type int): the memory objects of the NUMA nodes, in which the memory is when it
 * is split up */
static GArray *
list_nodes (GPtrArray *all)
{
  GArray *nodes = g_array_new (FALSE, FALSE, sizeof (int));

  for (guint i = 0; i < all->len; i++)
    {
      const DroverFields *fields = all->pdata[i];
      const char *memdev = drover_fields_get (fields, "memdev");
      int object = fields->enabled && drover_fields_are (fields, "numa") && memdev != NULL
                     ? find_object (all, memdev) : -1;

      if (object >= 0)
        g_array_append_val (nodes, object);
    }

  return nodes;
}

static DroverShareMemory
get_memory_of_nodes (GPtrArray *arguments)
{
  g_autoptr (GPtrArray) all = drover_fields_list (arguments);
  g_autoptr (GArray) nodes = list_nodes (all);

  for (guint i = 0; i < nodes->len; i++)
    if (!is_shared (all->pdata[g_array_index (nodes, int, i)]))
      return DROVER_SHARE_MEMORY_PRIVATE;

  return nodes->len > 0 ? DROVER_SHARE_MEMORY_SHARED : DROVER_SHARE_MEMORY_PRIVATE;
}

/**
 * drover_share_get_memory:
 *
 * Returns: whether another process can reach the guest's memory, as virtiofsd must
 */
DroverShareMemory
drover_share_get_memory (DroverDocument *document)
{
  GPtrArray *arguments = drover_document_get_arguments (document);
  int index = -1;
  g_autoptr (DroverFields) object = find_memory (arguments, &index);
  g_autofree char *size = dup_memory_size (arguments);
  guint64 machine = get_size (size, 1024 * 1024);

  if (object == NULL)
    return get_memory_of_nodes (arguments);
  if (!is_shared (object))
    return DROVER_SHARE_MEMORY_PRIVATE;
  if (machine != 0 && machine != get_size (drover_fields_get (object, "size"), 1))
    return DROVER_SHARE_MEMORY_WRONG_SIZE;

  return DROVER_SHARE_MEMORY_SHARED;
}

static DroverDocument *
set_object (DroverDocument *document, int index, const char *key, const char *value,
            GError **error)
{
  g_autoptr (GPtrArray) arguments =
    drover_arguments_copy (drover_document_get_arguments (document));
  DroverArgument *changed = drover_fields_with (arguments->pdata[index], key, value, error);

  if (changed == NULL)
    return NULL;

  drover_argument_unref (arguments->pdata[index]);
  arguments->pdata[index] = changed;
  return drover_document_with_arguments (document, arguments);
}

static DroverDocument *
make_shared (DroverDocument *document, GError **error)
{
  g_autofree char *size = dup_memory_size (drover_document_get_arguments (document));
  g_autofree char *size_property =
    g_strconcat ("size=", size != NULL ? size : DEFAULT_MEMORY,
                 size != NULL && g_ascii_isdigit (size[strlen (size) - 1]) ? "M" : "", NULL);
  const char *const properties[] = { "qom-type=memory-backend-memfd", "id=shared-memory",
                                     size_property, "share=on", NULL };
  g_autofree char *id = NULL;
  g_autoptr (GPtrArray) arguments =
    drover_parts_add (drover_document_get_arguments (document),
                      drover_document_get_program (document), DROVER_PART_OBJECT, properties, &id,
                      error);
  g_autoptr (GPtrArray) used = NULL;

  if (arguments == NULL)
    return NULL;

  used = drover_setting_write (drover_setting_find ("memory.backend"), arguments, NULL, id, error);
  return used != NULL ? drover_document_with_arguments (document, used) : NULL;
}

/* Each node's object, when the memory is split up. Returns: (transfer full) (nullable) */
static DroverDocument *
share_nodes (DroverDocument *document, GError **error)
{
  g_autoptr (GPtrArray) all = drover_fields_list (drover_document_get_arguments (document));
  g_autoptr (GArray) nodes = list_nodes (all);
  DroverDocument *changed = drover_document_ref (document);

  for (guint i = 0; changed != NULL && i < nodes->len; i++)
    {
      g_autoptr (DroverDocument) before = changed;

      changed = set_object (before, g_array_index (nodes, int, i), "share", "on", error);
    }
  return changed;
}

static gboolean
has_nodes (DroverDocument *document)
{
  g_autoptr (GPtrArray) all = drover_fields_list (drover_document_get_arguments (document));
  g_autoptr (GArray) nodes = list_nodes (all);

  return nodes->len > 0;
}

/* Only what was made here for this, and is as it was made. */
static DroverDocument *
make_private (DroverDocument *document, DroverFields *object, int index, GError **error)
{
  g_autoptr (GPtrArray) arguments = NULL;

  if (object == NULL ||
      g_strcmp0 (drover_fields_get (object, "qom-type"), "memory-backend-memfd") != 0)
    {
      drover_arguments_refuse (error, _("“%s” is a memory object of your own; change it under "
                                        "Memory"),
                               object != NULL ? drover_fields_get (object, "id") : "numa");
      return NULL;
    }

  arguments = drover_setting_write (drover_setting_find ("memory.backend"),
                                    drover_document_get_arguments (document), NULL, NULL, error);
  if (arguments == NULL)
    return NULL;

  for (guint i = 0; i < arguments->len; i++)
    {
      g_autoptr (DroverFields) fields = drover_fields_new (arguments->pdata[i]);

      if (drover_fields_are (fields, "object") &&
          g_strcmp0 (drover_fields_get (fields, "id"), drover_fields_get (object, "id")) == 0)
        {
          g_ptr_array_remove_index (arguments, i);
          break;
        }
    }
  return drover_document_with_arguments (document, arguments);
}

/**
 * drover_share_with_memory:
 * @document: a machine
 * @shared: whether another process is to reach the guest's memory
 * @error: set when the arguments do not allow it
 *
 * Makes the memory an object that other processes can map (`-object memory-backend-memfd,share=on`
 * and `-machine memory-backend=`), adjusts its size to the machine's, or takes it back.
 *
 * Returns: (transfer full) (nullable): the new document
 */
DroverDocument *
drover_share_with_memory (DroverDocument *document, gboolean shared, GError **error)
{
  GPtrArray *arguments = drover_document_get_arguments (document);
  DroverShareMemory memory = drover_share_get_memory (document);
  int index = -1;
  g_autoptr (DroverFields) object = find_memory (arguments, &index);
  g_autofree char *size = dup_memory_size (arguments);
  g_autofree char *bytes = NULL;

  if (shared == (memory == DROVER_SHARE_MEMORY_SHARED) &&
      memory != DROVER_SHARE_MEMORY_WRONG_SIZE)
    return drover_document_ref (document);
  if (!shared)
    return make_private (document, object, index, error);
  if (object == NULL)
    return has_nodes (document) ? share_nodes (document, error) : make_shared (document, error);
  if (memory == DROVER_SHARE_MEMORY_PRIVATE)
    return set_object (document, index, "share", "on", error);

  bytes = g_ascii_isdigit (size[strlen (size) - 1]) ? g_strconcat (size, "M", NULL)
                                                    : g_strdup (size);
  return set_object (document, index, "size", bytes, error);
}
