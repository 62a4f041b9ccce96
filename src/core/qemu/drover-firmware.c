/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <stdlib.h>
#include <string.h>

#include "drover-error.h"
#include "drover-firmware-private.h"
#include "drover-json.h"
#include "drover-program.h"

/* Which firmware this host has, from the descriptor files that QEMU's docs/interop/firmware.json
 * defines. */

#define FIRMWARE_FOLDER "qemu/firmware"

/* More than this is no descriptor. */
#define SIZE_LIMIT (1024 * 1024)

G_DEFINE_BOXED_TYPE (DroverFirmware, drover_firmware, drover_firmware_ref, drover_firmware_unref)

static void
target_free (gpointer data)
{
  DroverFirmwareTarget *target = data;

  g_free (target->architecture);
  g_strfreev (target->machines);
  g_free (target);
}

/* @path: of the descriptor, or of what names the firmware instead */
DroverFirmware *
_drover_firmware_new (const char *path)
{
  DroverFirmware *self = g_new0 (DroverFirmware, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->name = g_path_get_basename (path);
  self->targets = g_ptr_array_new_with_free_func (target_free);
  return self;
}

/* @machines: (transfer full) */
void
_drover_firmware_add_target (DroverFirmware *self, const char *architecture, GStrv machines)
{
  DroverFirmwareTarget *target = g_new0 (DroverFirmwareTarget, 1);

  target->architecture = g_strdup (architecture);
  target->machines = machines;
  g_ptr_array_add (self->targets, target);
}

/**
 * drover_firmware_ref:
 *
 * Returns: (transfer full): @self
 */
DroverFirmware *
drover_firmware_ref (DroverFirmware *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

/**
 * drover_firmware_unref:
 *
 * Drops one reference.
 */
void
drover_firmware_unref (DroverFirmware *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_free (self->name);
  g_free (self->title);
  g_free (self->source);
  g_strfreev (self->interfaces);
  g_free (self->device);
  g_free (self->mode);
  g_free (self->code);
  g_free (self->code_format);
  g_free (self->vars);
  g_free (self->vars_format);
  g_strfreev (self->features);
  g_ptr_array_unref (self->targets);
  g_free (self);
}

/* Some distributions ship qcow2 files, and not all descriptors say so. */
char *
_drover_firmware_dup_format (const char *path, const char *declared)
{
  static const guint8 magic[] = { 'Q', 'F', 'I', 0xfb };
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFileInputStream) stream = g_file_read (file, NULL, NULL);
  guint8 head[sizeof magic];
  gsize n_read = 0;

  if (stream != NULL &&
      g_input_stream_read_all (G_INPUT_STREAM (stream), head, sizeof head, &n_read, NULL, NULL) &&
      n_read == sizeof head && memcmp (head, magic, sizeof magic) == 0)
    return g_strdup ("qcow2");

  return g_strdup (declared != NULL && !g_str_equal (declared, "qcow2") ? declared : "raw");
}

/**
 * drover_firmware_dup_file_format:
 * @path: a file of firmware, or of variables
 *
 * Returns: (transfer full): its image format by its first bytes: `qcow2` or `raw`
 */
char *
drover_firmware_dup_file_format (const char *path)
{
  return _drover_firmware_dup_format (path, NULL);
}

static gboolean refuse (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);

static gboolean
refuse (GError **error, const char *format, ...)
{
  g_autofree char *message = NULL;
  va_list args;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, message);
  return FALSE;
}

/* Returns: (nullable): %NULL also when it is not there, without an error */
static JsonNode *
get_member (JsonObject *object, const char *member, JsonNodeType type, gboolean required,
            GError **error)
{
  JsonNode *node = json_object_get_member (object, member);

  if (node == NULL && !required)
    return NULL;
  if (node == NULL)
    refuse (error, _("it has no member “%s”"), member);
  else if (json_node_get_node_type (node) == type &&
           (type != JSON_NODE_VALUE || json_node_get_value_type (node) == G_TYPE_STRING))
    return node;
  else if (type == JSON_NODE_VALUE)
    refuse (error, _("its member “%s” is not a text"), member);
  else if (type == JSON_NODE_ARRAY)
    refuse (error, _("its member “%s” is not a list"), member);
  else
    refuse (error, _("its member “%s” is not an object"), member);

  return NULL;
}

static JsonObject *
get_object (JsonObject *object, const char *member, GError **error)
{
  JsonNode *node = get_member (object, member, JSON_NODE_OBJECT, TRUE, error);

  return node != NULL ? json_node_get_object (node) : NULL;
}

static char *
dup_text (JsonObject *object, const char *member, GError **error)
{
  JsonNode *node = get_member (object, member, JSON_NODE_VALUE, TRUE, error);

  return node != NULL ? json_node_dup_string (node) : NULL;
}

static GStrv
dup_texts (JsonObject *object, const char *member, GError **error)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  JsonNode *node = get_member (object, member, JSON_NODE_ARRAY, TRUE, error);
  JsonArray *array = node != NULL ? json_node_get_array (node) : NULL;

  if (array == NULL)
    return NULL;

  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonNode *element = json_array_get_element (array, i);

      if (json_node_get_value_type (element) != G_TYPE_STRING)
        {
          refuse (error, _("its list “%s” has something that is not a text"), member);
          return NULL;
        }
      g_strv_builder_add (builder, json_node_get_string (element));
    }

  return g_strv_builder_end (builder);
}

static gboolean
parse_targets (DroverFirmware *self, JsonObject *object, GError **error)
{
  JsonNode *node = get_member (object, "targets", JSON_NODE_ARRAY, TRUE, error);
  JsonArray *array = node != NULL ? json_node_get_array (node) : NULL;

  if (array == NULL)
    return FALSE;

  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonNode *element = json_array_get_element (array, i);
      g_autofree char *architecture = NULL;
      GStrv machines;

      if (!JSON_NODE_HOLDS_OBJECT (element))
        return refuse (error, _("its list “%s” has something that is not an object"), "targets");
      architecture = dup_text (json_node_get_object (element), "architecture", error);
      machines = architecture != NULL
                   ? dup_texts (json_node_get_object (element), "machines", error)
                   : NULL;
      if (machines == NULL)
        return FALSE;
      _drover_firmware_add_target (self, architecture, machines);
    }

  return TRUE;
}

/* A file, as a descriptor says it: name and format. */
static gboolean
parse_file (JsonObject *mapping, const char *member, char **name, char **format, GError **error)
{
  JsonObject *object = get_object (mapping, member, error);
  g_autofree char *declared = NULL;

  if (object == NULL || (*name = dup_text (object, "filename", error)) == NULL ||
      (declared = dup_text (object, "format", error)) == NULL)
    return FALSE;

  *format = _drover_firmware_dup_format (*name, declared);
  return TRUE;
}

static gboolean
parse_flash (DroverFirmware *self, JsonObject *mapping, GError **error)
{
  g_autoptr (GError) mode_error = NULL;
  JsonNode *node = get_member (mapping, "mode", JSON_NODE_VALUE, FALSE, &mode_error);

  if (mode_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&mode_error));
      return FALSE;
    }

  self->mode = node != NULL ? json_node_dup_string (node) : g_strdup ("split");
  if (!parse_file (mapping, "executable", &self->code, &self->code_format, error))
    return FALSE;

  return !g_str_equal (self->mode, "split") ||
         parse_file (mapping, "nvram-template", &self->vars, &self->vars_format, error);
}

static gboolean
parse_mapping (DroverFirmware *self, JsonObject *object, GError **error)
{
  JsonObject *mapping = get_object (object, "mapping", error);

  if (mapping == NULL || (self->device = dup_text (mapping, "device", error)) == NULL)
    return FALSE;
  if (g_str_equal (self->device, "flash"))
    return parse_flash (self, mapping, error);

  /* Also of a kind that is newer than this Drover: it is known, and never chosen. */
  self->code_format = g_strdup ("raw");
  self->code = dup_text (mapping, "filename", error);
  return self->code != NULL;
}

/**
 * drover_firmware_parse:
 * @text: what a descriptor file has
 * @length: bytes of @text, or -1 when it ends in NUL
 * @path: the file
 * @error: says what is wrong with it, without its name
 *
 * Reads a descriptor. Members and features that are not known are no fault. The image formats of
 * files that are there are looked at, since descriptors are not always right about them.
 *
 * Returns: (transfer full) (nullable): what it describes
 */
DroverFirmware *
drover_firmware_parse (const char *text, gssize length, const char *path, GError **error)
{
  g_autoptr (JsonNode) node = drover_json_parse (text, length, error);
  g_autoptr (DroverFirmware) self = _drover_firmware_new (path);
  JsonObject *object;

  if (node == NULL)
    return NULL;
  if (!JSON_NODE_HOLDS_OBJECT (node))
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                           _("it is not a JSON object"));
      return NULL;
    }

  object = json_node_get_object (node);
  self->source = g_strdup (path);
  if ((self->title = dup_text (object, "description", error)) == NULL ||
      (self->interfaces = dup_texts (object, "interface-types", error)) == NULL ||
      !parse_mapping (self, object, error) || !parse_targets (self, object, error) ||
      (self->features = dup_texts (object, "features", error)) == NULL)
    return NULL;

  return g_steal_pointer (&self);
}

static void
add_problem (GPtrArray *problems, const char *path, const char *message)
{
  /* Translators: a file's path, and what is wrong with it */
  if (problems != NULL)
    g_ptr_array_add (problems, g_strdup_printf (_("%s: %s"), path, message));
}

static gboolean
has_file (const char *path, const char *descriptor, GPtrArray *problems)
{
  g_autofree char *message = NULL;

  if (path == NULL || g_file_test (path, G_FILE_TEST_IS_REGULAR))
    return TRUE;

  message = g_strdup_printf (_("its file %s is not there"), path);
  add_problem (problems, descriptor, message);
  return FALSE;
}

/* @architectures: gets those that the descriptor speaks of, be it usable or not */
static void
load (GPtrArray *list, const char *path, GPtrArray *problems, GHashTable *architectures)
{
  g_autofree char *text = NULL;
  g_autoptr (DroverFirmware) firmware = NULL;
  g_autoptr (GError) error = NULL;
  gsize length;

  if (!g_file_get_contents (path, &text, &length, &error))
    {
      add_problem (problems, path, error->message);
      return;
    }

  firmware = drover_firmware_parse (text, length, path, &error);
  if (firmware == NULL)
    {
      add_problem (problems, path, error->message);
      return;
    }

  for (guint i = 0; i < firmware->targets->len; i++)
    if (g_strv_contains ((const char *const *) firmware->interfaces, "uefi"))
      g_hash_table_add (architectures, g_strdup (
        ((DroverFirmwareTarget *) firmware->targets->pdata[i])->architecture));
  if (has_file (firmware->code, path, problems) && has_file (firmware->vars, path, problems))
    g_ptr_array_add (list, g_steal_pointer (&firmware));
}

/* A file name in an earlier folder takes the place of the same in a later one. */
static void
collect (GHashTable *paths, const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (*name != '.' && g_str_has_suffix (name, ".json") && !g_hash_table_contains (paths, name))
      g_hash_table_insert (paths, g_strdup (name), g_build_filename (folder, name, NULL));
}

/* An empty file, or a link to /dev/null, says that there is no such firmware. */
static gboolean
is_mask (const char *path, GPtrArray *problems)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GError) error = NULL;
  g_autoptr (GFileInfo) info = g_file_query_info (
    file, G_FILE_ATTRIBUTE_STANDARD_SIZE "," G_FILE_ATTRIBUTE_STANDARD_TYPE, 0, NULL, &error);

  if (info == NULL)
    {
      add_problem (problems, path, error->message);
      return TRUE;
    }
  if (g_file_info_get_file_type (info) == G_FILE_TYPE_REGULAR &&
      g_file_info_get_size (info) > SIZE_LIMIT)
    {
      add_problem (problems, path, _("it is too large for a descriptor"));
      return TRUE;
    }

  return g_file_info_get_file_type (info) != G_FILE_TYPE_REGULAR ||
         g_file_info_get_size (info) == 0;
}

static int
compare_names (const void *a, const void *b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static gboolean
targets_any (DroverFirmware *self, GHashTable *architectures)
{
  for (guint i = 0; i < self->targets->len; i++)
    if (g_hash_table_contains (architectures,
                               ((DroverFirmwareTarget *) self->targets->pdata[i])->architecture))
      return TRUE;

  return FALSE;
}

/**
 * drover_firmware_list_from:
 * @folders: folders of descriptor files, that of the user first
 * @root: what the absolute paths of known places begin with: mostly the empty string
 * @shares: the folders of data that QEMU itself brought, as `/usr/share/qemu`
 * @problems: (nullable) (element-type utf8): gets a sentence for each file that is of no use
 *
 * Lists firmware in the order of preference: by the file names of its descriptors. A name in an
 * earlier folder hides the same in a later one, for good if that file is empty. For
 * architectures that no descriptor speaks of, known places are looked at; a user or administrator
 * who hides something knows about descriptors, and is left alone.
 *
 * Returns: (transfer full) (element-type DroverFirmware): those whose files are there
 */
GPtrArray *
drover_firmware_list_from (const char *const *folders, const char *root,
                           const char *const *shares, GPtrArray *problems)
{
  GPtrArray *list = g_ptr_array_new_with_free_func ((GDestroyNotify) drover_firmware_unref);
  g_autoptr (GHashTable) paths = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (GHashTable) architectures =
    g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GPtrArray) known =
    g_ptr_array_new_with_free_func ((GDestroyNotify) drover_firmware_unref);
  g_autofree const char **names = NULL;
  gboolean masked = FALSE;
  guint n_names;

  for (; *folders != NULL; folders++)
    collect (paths, *folders);

  names = (const char **) g_hash_table_get_keys_as_array (paths, &n_names);
  qsort (names, n_names, sizeof *names, compare_names);
  for (guint i = 0; i < n_names; i++)
    {
      const char *path = g_hash_table_lookup (paths, names[i]);

      if (is_mask (path, problems))
        masked = TRUE;
      else
        load (list, path, problems, architectures);
    }

  if (!masked)
    _drover_firmware_add_known (known, root, shares);
  for (guint i = 0; i < known->len; i++)
    if (!targets_any (known->pdata[i], architectures))
      g_ptr_array_add (list, drover_firmware_ref (known->pdata[i]));

  return list;
}

/* The folder of data beside the one of programs. */
static char *
dup_share (const char *program)
{
  g_autofree char *folder = g_path_get_dirname (program);
  g_autofree char *prefix = g_path_get_dirname (folder);

  return g_build_filename (prefix, "share", "qemu", NULL);
}

/**
 * drover_firmware_dup_shares:
 * @program: a QEMU program's name or path
 *
 * Homebrew, Nix and MacPorts link their programs into a common folder; what belongs to one lies
 * beside the file that the link leads to.
 *
 * Returns: (transfer full): where that QEMU keeps its data: `<prefix>/share/qemu`
 */
GStrv
drover_firmware_dup_shares (const char *program)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autofree char *path = g_find_program_in_path (program);
  g_autofree char *linked = path != NULL ? dup_share (path) : NULL;
  char *real = path != NULL ? realpath (path, NULL) : NULL;
  g_autofree char *own = real != NULL ? dup_share (real) : NULL;

  if (own != NULL)
    g_strv_builder_add (builder, own);
  if (linked != NULL && g_strcmp0 (own, linked) != 0)
    g_strv_builder_add (builder, linked);

  free (real);
  return g_strv_builder_end (builder);
}

/**
 * drover_firmware_dup_folders:
 * @program: a QEMU program's name or path
 *
 * Returns: (transfer full): where descriptor files are looked for, the user's own folder first
 */
GStrv
drover_firmware_dup_folders (const char *program)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) shares = drover_firmware_dup_shares (program);

  g_strv_builder_take (builder,
                       g_build_filename (g_get_user_config_dir (), FIRMWARE_FOLDER, NULL));
  g_strv_builder_add_many (builder, "/etc/" FIRMWARE_FOLDER, "/usr/share/" FIRMWARE_FOLDER, NULL);
  for (guint i = 0; shares[i] != NULL; i++)
    g_strv_builder_take (builder, g_build_filename (shares[i], "firmware", NULL));
  return g_strv_builder_end (builder);
}

/**
 * drover_firmware_list:
 * @program: a QEMU program's name or path
 *
 * Returns: (transfer full) (element-type DroverFirmware): what this host has for any machine of
 *   that QEMU, in the order of preference
 */
GPtrArray *
drover_firmware_list (const char *program)
{
  g_auto (GStrv) folders = drover_firmware_dup_folders (program);
  g_auto (GStrv) shares = drover_firmware_dup_shares (program);

  return drover_firmware_list_from ((const char *const *) folders, "",
                                    (const char *const *) shares, NULL);
}

/**
 * drover_firmware_dup_architecture:
 * @program: a QEMU program's name or path
 *
 * Some distributions have other names for their own architectures, as links: `qemu-system-arm64`.
 *
 * Returns: (transfer full) (nullable): the architecture in QEMU's words; %NULL for a program whose
 *   name does not tell
 */
char *
drover_firmware_dup_architecture (const char *program)
{
  g_autofree char *path = g_find_program_in_path (program);
  char *real = path != NULL ? realpath (path, NULL) : NULL;
  const char *architecture = real != NULL ? drover_program_get_architecture (real) : NULL;
  char *copy;

  if (architecture == NULL)
    architecture = drover_program_get_architecture (program);
  copy = architecture != NULL ? g_strndup (architecture, strcspn (architecture, "-.")) : NULL;
  free (real);
  return copy;
}

/**
 * drover_firmware_fits:
 * @architecture: of the program: `x86_64`
 * @machine: the machine type by its full name: `pc-q35-10.0`, not `q35`
 *
 * Returns: whether @self is for such machines
 */
gboolean
drover_firmware_fits (DroverFirmware *self, const char *architecture, const char *machine)
{
  for (guint i = 0; i < self->targets->len; i++)
    {
      const DroverFirmwareTarget *target = self->targets->pdata[i];

      if (!g_str_equal (target->architecture, architecture))
        continue;
      for (guint j = 0; target->machines[j] != NULL; j++)
        if (g_pattern_match_simple (target->machines[j], machine))
          return TRUE;
    }

  return FALSE;
}

/**
 * drover_firmware_has:
 * @feature: a feature in the words of descriptor files, as `secure-boot`
 *
 * Returns: whether @self has it
 */
gboolean
drover_firmware_has (DroverFirmware *self, const char *feature)
{
  return g_strv_contains ((const char *const *) self->features, feature);
}

/**
 * drover_firmware_get_kind:
 *
 * Returns: (nullable): %DROVER_FIRMWARE_UEFI, %DROVER_FIRMWARE_SECURE_BOOT or
 *   %DROVER_FIRMWARE_ENROLLED; %NULL for what is not UEFI in flash memory
 */
const char *
drover_firmware_get_kind (DroverFirmware *self)
{
  if (!g_strv_contains ((const char *const *) self->interfaces, "uefi") ||
      !g_str_equal (self->device, "flash"))
    return NULL;
  if (!drover_firmware_has (self, "secure-boot"))
    return DROVER_FIRMWARE_UEFI;

  return drover_firmware_has (self, "enrolled-keys") ? DROVER_FIRMWARE_ENROLLED
                                                     : DROVER_FIRMWARE_SECURE_BOOT;
}

/**
 * drover_firmware_is:
 * @kind: %DROVER_FIRMWARE_UEFI, %DROVER_FIRMWARE_SECURE_BOOT or %DROVER_FIRMWARE_ENROLLED
 *
 * Returns: whether @self is of that kind
 */
gboolean
drover_firmware_is (DroverFirmware *self, const char *kind)
{
  return g_strcmp0 (drover_firmware_get_kind (self), kind) == 0;
}

/**
 * drover_firmware_get_vars_name:
 *
 * Variables of one kind of firmware are not another's: a store without keys would leave Secure
 * Boot off, and one that has been set up is there again when its firmware is.
 *
 * Returns: (nullable): how the variable store of a machine with @self is called in its folder;
 *   %NULL when @self has none
 */
const char *
drover_firmware_get_vars_name (DroverFirmware *self)
{
  if (self->vars == NULL)
    return NULL;
  if (drover_firmware_is (self, DROVER_FIRMWARE_ENROLLED))
    return "vars-enrolled.qcow2";

  return drover_firmware_is (self, DROVER_FIRMWARE_SECURE_BOOT) ? "vars-secure-boot.qcow2"
                                                                : "vars.qcow2";
}

/**
 * drover_firmware_find:
 * @list: (element-type DroverFirmware): a list of firmware
 * @name: what one is called on record
 *
 * Returns: (transfer none) (nullable): that one
 */
DroverFirmware *
drover_firmware_find (GPtrArray *list, const char *name)
{
  for (guint i = 0; i < list->len; i++)
    if (g_str_equal (((DroverFirmware *) list->pdata[i])->name, name))
      return list->pdata[i];

  return NULL;
}

static DroverFirmware *
choose (GPtrArray *list, const char *architecture, const char *machine, const char *kind,
        gboolean split)
{
  for (guint i = 0; i < list->len; i++)
    {
      DroverFirmware *firmware = list->pdata[i];

      if (drover_firmware_is (firmware, kind) &&
          drover_firmware_fits (firmware, architecture, machine) &&
          split == g_str_equal (firmware->mode, "split"))
        return firmware;
    }

  return NULL;
}

/* What has UEFI for an architecture, in the words of Debian. */
static const char *
get_package (const char *architecture)
{
  static const char *const packages[][2] = {
    { "x86_64", "ovmf" }, { "i386", "ovmf-ia32" }, { "aarch64", "qemu-efi-aarch64" },
    { "arm", "qemu-efi-arm" }, { "riscv64", "qemu-efi-riscv64" },
    { "loongarch64", "qemu-efi-loongarch64" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (packages); i++)
    if (g_str_equal (packages[i][0], architecture))
      return packages[i][1];

  return NULL;
}

static void
explain (GPtrArray *list, const char *architecture, const char *machine, const char *kind,
         GError **error)
{
  const char *package = get_package (architecture);
  gboolean for_others = FALSE;
  gboolean any = FALSE;

  for (guint i = 0; i < list->len; i++)
    {
      any |= drover_firmware_get_kind (list->pdata[i]) != NULL &&
             drover_firmware_fits (list->pdata[i], architecture, machine);
      for_others |= drover_firmware_is (list->pdata[i], kind) &&
                    (drover_firmware_fits (list->pdata[i], architecture, "pc-q35-99.0") ||
                     drover_firmware_fits (list->pdata[i], architecture, "virt-99.0"));
    }

  if (package == NULL)
    g_set_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT,
                 _("There is no UEFI for machines of %s"), architecture);
  else if (for_others && g_str_equal (architecture, "x86_64") && !g_str_equal (kind, "uefi"))
    g_set_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT,
                 _("This firmware protects its keys with System Management Mode, for which it "
                   "needs the machine type “q35” and not %s"), machine);
  else if (for_others)
    g_set_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT,
                 _("This host’s UEFI is not made for the machine type %s"), machine);
  else if (any)
    g_set_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT,
                 _("This host has UEFI for such machines, but not of this kind"));
  else
    g_set_error (error, DROVER_ERROR, DROVER_ERROR_PROGRAM_MISSING,
                 _("This host has no such UEFI. Debian and Ubuntu have it in the package %s, "
                   "Fedora and Arch in “edk2”"), package);
}

/**
 * drover_firmware_choose:
 * @list: (element-type DroverFirmware): what drover_firmware_list() says
 * @architecture: of the program: `x86_64`
 * @machine: the machine type by its full name: `pc-q35-10.0`, not `q35`
 * @kind: %DROVER_FIRMWARE_BIOS, %DROVER_FIRMWARE_UEFI, %DROVER_FIRMWARE_SECURE_BOOT or
 *   %DROVER_FIRMWARE_ENROLLED
 * @error: says why there is none, and what to do
 *
 * Chooses the first of its kind that fits; one whose variables are kept apart rather than one that
 * has none.
 *
 * Returns: (transfer full) (nullable): %NULL without an error for %DROVER_FIRMWARE_BIOS: what the
 *   machine has by itself
 */
DroverFirmware *
drover_firmware_choose (GPtrArray *list, const char *architecture, const char *machine,
                        const char *kind, GError **error)
{
  DroverFirmware *firmware;

  if (g_str_equal (kind, DROVER_FIRMWARE_BIOS))
    return NULL;

  firmware = choose (list, architecture, machine, kind, TRUE);
  if (firmware == NULL)
    firmware = choose (list, architecture, machine, kind, FALSE);
  if (firmware != NULL)
    return drover_firmware_ref (firmware);

  explain (list, architecture, machine, kind, error);
  return NULL;
}
