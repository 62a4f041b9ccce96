/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <osinfo/osinfo.h>
#include <string.h>

#include "drover-detect-private.h"

/* Which system is on a medium: by libosinfo's database, which knows hundreds; and by a small table
 * of what our templates are for, for a host without the database, or with an older one. */

static const struct
{
  const char *os;
  DroverMediumKind kind;
  const char *id;
} templates[] = {
  { "ubuntu22.04", DROVER_MEDIUM_KIND_INSTALLER, "ubuntu-22.04-server" },
  { "ubuntu22.04", DROVER_MEDIUM_KIND_LIVE, "ubuntu-22.04-desktop" },
  { "ubuntu22.04", DROVER_MEDIUM_KIND_CLOUD_IMAGE, "ubuntu-22.04-cloud" },
  { "debian13", DROVER_MEDIUM_KIND_INSTALLER, "debian-13" },
  { "debian13", DROVER_MEDIUM_KIND_CLOUD_IMAGE, "debian-13-cloud" },
  { "archlinux", DROVER_MEDIUM_KIND_LIVE, "arch-iso" },
  { "archlinux", DROVER_MEDIUM_KIND_CLOUD_IMAGE, "arch-cloud" },
  { "win11", DROVER_MEDIUM_KIND_INSTALLER, "windows-11" },
  { "freedos1.3", DROVER_MEDIUM_KIND_LIVE, "freedos" },
  { "freedos1.3", DROVER_MEDIUM_KIND_INSTALLER, "freedos" },
  { "freedos1.4", DROVER_MEDIUM_KIND_LIVE, "freedos" },
};

/* The first group of PATTERN, when there is one, is the architecture in the publisher's words. */
static const struct
{
  const char *pattern;
  DroverMediumKind kind;
  const char *os;
  const char *name;
  const char *version;
  const char *kernel;
  const char *initrd;
} known_discs[] = {
  { "^Ubuntu 22\\.04(?:\\.\\d+)? LTS (amd64)$", DROVER_MEDIUM_KIND_LIVE, "ubuntu22.04",
    "Ubuntu Desktop 22.04 LTS", "22.04", "casper/vmlinuz", "casper/initrd" },
  { "^Ubuntu-Server 22\\.04(?:\\.\\d+)? LTS (amd64|arm64)$", DROVER_MEDIUM_KIND_INSTALLER,
    "ubuntu22.04", "Ubuntu Server 22.04 LTS", "22.04", "casper/vmlinuz", "casper/initrd" },
  { "^ARCH_\\d{6}$", DROVER_MEDIUM_KIND_LIVE, "archlinux", "Arch Linux", NULL, NULL, NULL },
  { "^C?CCOMA_(X64|A64)FREE?_", DROVER_MEDIUM_KIND_INSTALLER, "win11", "Microsoft Windows 11",
    "11", NULL, NULL },
  { "^Debian 13\\.\\d+\\.\\d+ amd64 (?:n|\\d+)$", DROVER_MEDIUM_KIND_INSTALLER, "debian13",
    "Debian 13", "13", "install.amd/vmlinuz", "install.amd/initrd.gz" },
  { "^Debian 13\\.\\d+\\.\\d+ (arm64) (?:n|\\d+)$", DROVER_MEDIUM_KIND_INSTALLER, "debian13",
    "Debian 13", "13", "install.a64/vmlinuz", "install.a64/initrd.gz" },
};

static const struct
{
  const char *pattern;
  const char *os;
  const char *name;
  const char *version;
} known_images[] = {
  { "^(?:jammy|ubuntu-22\\.04)-(?:server|minimal)-cloudimg-([a-z0-9]+)", "ubuntu22.04",
    "Ubuntu 22.04 LTS", "22.04" },
  { "^debian-13-generic(?:cloud)?-([a-z0-9]+)", "debian13", "Debian 13", "13" },
  { "^arch-linux-(x86_64)-cloudimg", "archlinux", "Arch Linux", NULL },
};

/* Publishers' names for architectures, in QEMU's. */
static const char *
get_architecture (const char *word)
{
  static const char *const words[][2] = {
    { "amd64", "x86_64" }, { "x64", "x86_64" }, { "arm64", "aarch64" }, { "a64", "aarch64" },
    { "i686", "i386" }, { "ppc64el", "ppc64" }, { "ppc64le", "ppc64" }, { "armhf", "arm" },
    { "armv7l", "arm" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (g_ascii_strcasecmp (words[i][0], word) == 0)
      return words[i][1];

  return word;
}

/* The first match of PATTERN; ARCHITECTURE is set to its first group, or to the usual one. */
static gboolean
matches (const char *pattern, const char *text, char **architecture)
{
  g_autoptr (GRegex) regex = g_regex_new (pattern, G_REGEX_DEFAULT, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;
  g_autofree char *word = NULL;

  if (!g_regex_match (regex, text, 0, &match))
    return FALSE;

  word = g_match_info_fetch (match, 1);
  *architecture = g_strdup (get_architecture (word != NULL && *word != '\0' ? word : "x86_64"));
  return TRUE;
}

/* --- libosinfo ------------------------------------------------------------------------------- */

/* Read once, by the first thread that asks: half a second. NULL when there is none. */
static OsinfoDb *
get_db (void)
{
  static gsize done;
  static OsinfoDb *db;

  if (g_once_init_enter (&done))
    {
      g_autoptr (OsinfoLoader) loader = osinfo_loader_new ();
      g_autoptr (GError) error = NULL;

      osinfo_loader_process_default_path (loader, &error);
      if (error != NULL)
        g_debug ("libosinfo’s database cannot be read: %s", error->message);
      else
        {
          g_autoptr (OsinfoOsList) all = osinfo_db_get_os_list (osinfo_loader_get_db (loader));

          if (osinfo_list_get_length (OSINFO_LIST (all)) > 0)
            db = g_object_ref (osinfo_loader_get_db (loader));
        }
      g_once_init_leave (&done, 1);
    }
  return db;
}

/* The lists of libosinfo are made when they are asked for, by whichever thread. */
static GMutex db_lock;

static OsinfoResources *
find_resources (OsinfoResourcesList *list, const char *architecture)
{
  OsinfoResources *found = NULL;

  for (int i = 0; i < osinfo_list_get_length (OSINFO_LIST (list)); i++)
    {
      OsinfoResources *one = OSINFO_RESOURCES (osinfo_list_get_nth (OSINFO_LIST (list), i));
      const char *its = osinfo_resources_get_architecture (one);

      if (g_strcmp0 (its, architecture) == 0)
        return one;
      if (g_strcmp0 (its, "all") == 0)
        found = one;
    }
  return found;
}

static void
take_resources (DroverDetection *self, OsinfoResourcesList *list, const char *architecture)
{
  OsinfoResources *resources = find_resources (list, architecture);

  if (resources == NULL)
    return;

  if (self->memory == 0)
    self->memory = MAX (osinfo_resources_get_ram (resources), 0);
  if (self->cpus == 0)
    self->cpus = MAX (osinfo_resources_get_n_cpus (resources), 0);
  if (self->disk == 0)
    self->disk = MAX (osinfo_resources_get_storage (resources), 0);
}

static void
take_os (DroverDetection *self, OsinfoOs *os, const char *architecture)
{
  OsinfoProduct *product = OSINFO_PRODUCT (os);
  g_autoptr (OsinfoResourcesList) recommended = osinfo_os_get_recommended_resources (os);
  g_autoptr (OsinfoResourcesList) minimum = osinfo_os_get_minimum_resources (os);

  self->os_id = g_strdup (osinfo_product_get_short_id (product));
  self->os_version = g_strdup (osinfo_product_get_version (product));
  if (self->os_name == NULL)
    self->os_name = g_strdup (osinfo_product_get_name (product));
  self->architecture = g_strdup (get_architecture (architecture));
  take_resources (self, recommended, architecture);
  take_resources (self, minimum, architecture);
}

static const char *
skip_slashes (const char *path)
{
  while (path != NULL && *path == '/')
    path++;
  return path;
}

static void
take_media (DroverDetection *self, OsinfoMedia *media)
{
  g_autoptr (OsinfoOs) os = osinfo_media_get_os (media);
  g_autoptr (OsinfoOsVariantList) variants = osinfo_media_get_os_variants (media);
  gboolean is_server = FALSE;

  if (osinfo_list_get_length (OSINFO_LIST (variants)) > 0)
    {
      OsinfoEntity *variant = osinfo_list_get_nth (OSINFO_LIST (variants), 0);

      self->os_name = g_strdup (osinfo_os_variant_get_name (OSINFO_OS_VARIANT (variant)));
      is_server = g_str_equal (osinfo_entity_get_id (variant), "server");
    }
  /* Ubuntu's server installer runs from the disc, too, but there is nothing to try on it. */
  self->kind = osinfo_media_get_live (media) && !is_server ? DROVER_MEDIUM_KIND_LIVE
                                                           : DROVER_MEDIUM_KIND_INSTALLER;
  self->kernel = g_strdup (skip_slashes (osinfo_media_get_kernel_path (media)));
  self->initrd = g_strdup (skip_slashes (osinfo_media_get_initrd_path (media)));
  take_os (self, os, osinfo_media_get_architecture (media));
}

static OsinfoMedia *
new_media (const DroverDiscLabel *label)
{
  /* osinfo_media_new() wants an architecture, and then only that one is found. */
  OsinfoMedia *media = g_object_new (OSINFO_TYPE_MEDIA, "id", "disc", NULL);
  OsinfoEntity *entity = OSINFO_ENTITY (media);

  osinfo_entity_set_param (entity, OSINFO_MEDIA_PROP_VOLUME_ID, label->volume);
  if (*label->system != '\0')
    osinfo_entity_set_param (entity, OSINFO_MEDIA_PROP_SYSTEM_ID, label->system);
  if (*label->publisher != '\0')
    osinfo_entity_set_param (entity, OSINFO_MEDIA_PROP_PUBLISHER_ID, label->publisher);
  if (*label->application != '\0')
    osinfo_entity_set_param (entity, OSINFO_MEDIA_PROP_APPLICATION_ID, label->application);
  if (label->size <= G_MAXINT64)
    osinfo_entity_set_param_int64 (entity, OSINFO_MEDIA_PROP_VOLUME_SIZE, label->size);
  return media;
}

static OsinfoMedia *
find_of_os (OsinfoMediaList *list, const char *os_id)
{
  for (int i = 0; i < osinfo_list_get_length (OSINFO_LIST (list)); i++)
    {
      OsinfoMedia *media = OSINFO_MEDIA (osinfo_list_get_nth (OSINFO_LIST (list), i));
      g_autoptr (OsinfoOs) os = osinfo_media_get_os (media);

      if (os != NULL && g_strcmp0 (osinfo_product_get_short_id (OSINFO_PRODUCT (os)), os_id) == 0)
        return media;
    }
  return NULL;
}

/* Discs of Windows 10 and 11 have the same label; who renamed neither has it in the name. */
static OsinfoMedia *
choose_windows (DroverDetection *self, OsinfoMediaList *list, const char *name)
{
  OsinfoMedia *newer = find_of_os (list, "win11");
  OsinfoMedia *older = find_of_os (list, "win10");

  if (newer == NULL || older == NULL)
    return NULL;
  if (strstr (name, "win10") != NULL || strstr (name, "windows10") != NULL ||
      strstr (name, "windows 10") != NULL || strstr (name, "windows_10") != NULL)
    return older;
  if (strstr (name, "11") == NULL)
    self->note = g_strdup (_("It may be Windows 10, too: the discs have the same label."));
  return newer;
}

static gboolean
detect_by_db (DroverDetection *self, OsinfoDb *db, const DroverDiscLabel *label, const char *name)
{
  g_autoptr (OsinfoMedia) media = new_media (label);
  g_autoptr (OsinfoMediaList) list = osinfo_db_identify_medialist (db, media);
  OsinfoMedia *found;

  if (list == NULL || osinfo_list_get_length (OSINFO_LIST (list)) == 0)
    return FALSE;

  found = choose_windows (self, list, name);
  if (found == NULL)
    found = OSINFO_MEDIA (osinfo_list_get_nth (OSINFO_LIST (list), 0));
  take_media (self, found);
  return TRUE;
}

/* --- discs ----------------------------------------------------------------------------------- */

static void
take_os_by_id (DroverDetection *self, OsinfoDb *db, const char *id)
{
  g_autoptr (OsinfoOsList) all = osinfo_db_get_os_list (db);

  for (int i = 0; i < osinfo_list_get_length (OSINFO_LIST (all)); i++)
    {
      OsinfoOs *os = OSINFO_OS (osinfo_list_get_nth (OSINFO_LIST (all), i));
      g_autoptr (OsinfoResourcesList) recommended = NULL;
      g_autoptr (OsinfoResourcesList) minimum = NULL;

      if (g_strcmp0 (osinfo_product_get_short_id (OSINFO_PRODUCT (os)), id) != 0)
        continue;

      recommended = osinfo_os_get_recommended_resources (os);
      minimum = osinfo_os_get_minimum_resources (os);
      take_resources (self, recommended, self->architecture);
      take_resources (self, minimum, self->architecture);
      return;
    }
}

static gboolean
detect_by_table (DroverDetection *self, const DroverDiscLabel *label)
{
  for (guint i = 0; i < G_N_ELEMENTS (known_discs); i++)
    if (matches (known_discs[i].pattern, label->volume, &self->architecture))
      {
        self->kind = known_discs[i].kind;
        self->os_id = g_strdup (known_discs[i].os);
        self->os_name = g_strdup (known_discs[i].name);
        self->os_version = g_strdup (known_discs[i].version);
        self->kernel = g_strdup (known_discs[i].kernel);
        self->initrd = g_strdup (known_discs[i].initrd);
        return TRUE;
      }

  return FALSE;
}

/**
 * drover_detect_disc:
 * @self: what is known; the rest is set
 * @label: the disc's label
 * @name: the file's name in small letters
 *
 * Finds out which system is on a disc. This may read libosinfo's database: call it in a thread.
 */
void
drover_detect_disc (DroverDetection *self, const DroverDiscLabel *label, const char *name)
{
  OsinfoDb *db;
  gboolean found;

  g_mutex_lock (&db_lock);
  db = get_db ();
  found = db != NULL && detect_by_db (self, db, label, name);
  if (!found && detect_by_table (self, label))
    {
      found = TRUE;
      if (db != NULL)
        take_os_by_id (self, db, self->os_id);
    }
  g_mutex_unlock (&db_lock);

  if (found)
    return;

  self->kind = DROVER_MEDIUM_KIND_DISC;
  if (db == NULL)
    self->note = g_strdup_printf (_("Drover knows more systems when the package %s is installed."),
                                  "osinfo-db");
}

/* --- cloud images ---------------------------------------------------------------------------- */

/* What browsers put before the last dot when there is such a file already. */
static char *
dup_plain_name (const char *name)
{
  g_autoptr (GRegex) regex = g_regex_new (" ?\\(\\d+\\)(?=\\.[a-z0-9]+$)", 0, 0, NULL);

  return g_regex_replace_literal (regex, name, -1, 0, "", 0, NULL);
}

static OsinfoImage *
find_image (OsinfoOs *os, const char *name)
{
  g_autoptr (OsinfoImageList) images = osinfo_os_get_image_list (os);

  for (int i = 0; i < osinfo_list_get_length (OSINFO_LIST (images)); i++)
    {
      OsinfoImage *image = OSINFO_IMAGE (osinfo_list_get_nth (OSINFO_LIST (images), i));
      const char *address = osinfo_image_get_url (image);
      const char *last = address != NULL ? strrchr (address, '/') : NULL;

      if (last != NULL && osinfo_image_get_cloud_init (image) &&
          g_ascii_strcasecmp (last + 1, name) == 0)
        return g_object_ref (image);
    }
  return NULL;
}

static gboolean
detect_image_by_db (DroverDetection *self, OsinfoDb *db, const char *name)
{
  g_autoptr (OsinfoOsList) all = osinfo_db_get_os_list (db);

  for (int i = 0; i < osinfo_list_get_length (OSINFO_LIST (all)); i++)
    {
      OsinfoOs *os = OSINFO_OS (osinfo_list_get_nth (OSINFO_LIST (all), i));
      g_autoptr (OsinfoImage) image = find_image (os, name);

      if (image == NULL)
        continue;

      self->kind = DROVER_MEDIUM_KIND_CLOUD_IMAGE;
      take_os (self, os, osinfo_image_get_architecture (image));
      return TRUE;
    }
  return FALSE;
}

static gboolean
detect_image_by_table (DroverDetection *self, const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (known_images); i++)
    if (matches (known_images[i].pattern, name, &self->architecture))
      {
        self->kind = DROVER_MEDIUM_KIND_CLOUD_IMAGE;
        self->os_id = g_strdup (known_images[i].os);
        self->os_name = g_strdup (known_images[i].name);
        self->os_version = g_strdup (known_images[i].version);
        return TRUE;
      }

  return FALSE;
}

/**
 * drover_detect_cloud_image:
 * @self: a disk image; what is found is set
 * @name: its name in small letters
 *
 * Finds out whether a disk image is a published cloud image, by its name: there is no cheap way to
 * look into it. Call it in a thread.
 */
void
drover_detect_cloud_image (DroverDetection *self, const char *name)
{
  g_autofree char *plain = dup_plain_name (name);
  OsinfoDb *db;

  g_mutex_lock (&db_lock);
  db = get_db ();
  if (detect_image_by_table (self, plain))
    {
      if (db != NULL)
        take_os_by_id (self, db, self->os_id);
    }
  else if (db != NULL)
    detect_image_by_db (self, db, plain);
  g_mutex_unlock (&db_lock);
}

/**
 * drover_detect_get_template:
 * @self: what was found
 *
 * Returns: (nullable): the id of the template that is for it
 */
const char *
drover_detect_get_template (const DroverDetection *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (templates); i++)
    if (templates[i].kind == self->kind && g_strcmp0 (templates[i].os, self->os_id) == 0)
      return templates[i].id;

  return NULL;
}
