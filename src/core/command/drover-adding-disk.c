/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "drover-adding.h"
#include "drover-arguments.h"
#include "drover-drive.h"
#include "drover-image-format.h"

/* What belongs to the image; everything else is the device's. */
static const char *const back_keys[] = { "read-only", "auto-read-only", "discard", "detect-zeroes",
                                         "force-share", "cache.", "file.", "encrypt.",
                                         "lazy-refcounts", "l2-cache-size", NULL };

static const char *
choose_bus (DroverAdding *self, gboolean is_cd)
{
  switch (self->board)
    {
    case DROVER_BOARD_PC:
    case DROVER_BOARD_Q35:
      return is_cd ? "ide" : "virtio";
    case DROVER_BOARD_VIRT:
    case DROVER_BOARD_S390:
    case DROVER_BOARD_MICROVM:
      return is_cd ? "scsi" : "virtio";
    case DROVER_BOARD_OTHER:
    default:
      return NULL;
    }
}

static char *
choose_format (DroverAdding *self, const char *file)
{
  char *given = drover_adding_take (self, "format");
  const char *format;

  if (given != NULL)
    return given;

  format = drover_image_format_probe (file, self->folder);
  if (format == NULL)
    format = drover_image_format_of_name (file);
  return g_strdup (format != NULL ? format : "raw");
}

/* The board decides where it goes: only it knows. */
static gboolean
say_drive (DroverAdding *self, const char *file, const char *bus, gboolean is_cd)
{
  static const char *const interfaces[][2] = { { "sd", "sd" },     { "ide", "ide" },
                                               { "scsi", "scsi" }, { "floppy", "floppy" },
                                               { "virtio", "virtio" } };
  g_autoptr (GString) drive = g_string_new (NULL);
  g_autofree char *format = NULL;
  g_autofree char *id = drover_adding_take_id (self, is_cd ? "cd" : "disk");

  if (file != NULL)
    {
      format = choose_format (self, file);
      drover_adding_append (drive, "file", file);
      drover_adding_append (drive, "format", format);
    }
  drover_adding_append (drive, "id", id);
  for (guint i = 0; i < G_N_ELEMENTS (interfaces); i++)
    if (g_strcmp0 (bus, interfaces[i][0]) == 0)
      drover_adding_append (drive, "if", interfaces[i][1]);
  if (is_cd)
    drover_adding_append (drive, "media", "cdrom");
  drover_adding_take_rest (self, drive);
  drover_adding_say (self, "-drive", drive->str);
  return TRUE;
}

/* The image; returns the name of its node. */
static char *
say_image (DroverAdding *self, const char *file, gboolean is_cd, GError **error)
{
  g_autofree char *node = drover_references_dup_free_id (self->references, "image");
  g_autofree char *format = choose_format (self, file);
  g_autofree char *file_driver = drover_adding_take (self, "file.driver");
  g_autofree char *aio = drover_adding_take (self, "aio");
  const char *driver = file_driver != NULL
                         ? file_driver
                         : drover_image_get_file_driver (file, self->folder, is_cd);
  g_autoptr (GString) text = g_string_new (NULL);

  if (drover_image_has_protocol (file))
    {
      drover_arguments_refuse (error, _("“%s” is no plain file name; add it as text"), file);
      return NULL;
    }

  drover_adding_append (text, "driver", format);
  drover_adding_append (text, "node-name", node);
  if (is_cd)
    drover_adding_append (text, "read-only", "on");
  drover_adding_append (text, "file.driver", driver != NULL ? driver
                                             : is_cd        ? "host_cdrom"
                                                            : "host_device");
  drover_adding_append (text, "file.filename", file);
  if (aio != NULL)
    drover_adding_append (text, "file.aio", aio);
  drover_adding_take_known (self, text, back_keys);
  drover_adding_say (self, "-blockdev", text->str);
  return g_steal_pointer (&node);
}

/* The controller's bus, as `scsi0.0`; @driver is added when no device begins with @prefixes. */
static char *
use_controller (DroverAdding *self, const char *const *prefixes, const char *driver,
                const char *stem)
{
  int device = drover_adding_find_device (self, prefixes);
  g_autofree char *text = NULL;
  char *id;

  if (device >= 0)
    return drover_adding_use_bus (self, device);

  id = drover_references_dup_free_id (self->references, stem);
  text = g_strdup_printf ("%s,id=%s", driver, id);
  drover_adding_say (self, "-device", text);
  return id;
}

static void
plug_scsi (DroverAdding *self, GString *device, gboolean is_cd)
{
  static const char *const controllers[] = { "virtio-scsi", "lsi53c", "megasas", "mptsas",
                                             "pvscsi", "am53c974", "dc390", "spapr-vscsi", NULL };
  g_autofree char *driver = g_strdup_printf ("virtio-scsi-%s", drover_adding_get_virtio (self));
  g_autofree char *id = use_controller (self, controllers, driver, "scsi");

  g_string_append (device, is_cd ? "scsi-cd" : "scsi-hd");
  if (id != NULL)
    g_string_append_printf (device, ",bus=%s.0", id);
}

/* Whether a disk is plugged into that port; one that names none is in the first of the board. */
static gboolean
is_port_taken (DroverAdding *self, GArray *drives, const char *controller, guint port)
{
  g_autofree char *bus = g_strdup_printf ("%s.%u", controller, port);
  gboolean is_board = g_str_equal (controller, "ide");

  if (is_board && drover_drives_has (drives, "ide", port, 0))
    return TRUE;

  for (guint i = 0; i < self->references->fields->len; i++)
    {
      const DroverFields *fields = self->references->fields->pdata[i];
      const char *driver = drover_fields_get (fields, "driver");
      const char *used = drover_fields_get (fields, "bus");

      if (!drover_fields_are (fields, "device") || driver == NULL ||
          !g_str_has_prefix (driver, "ide-"))
        continue;
      if (used == NULL ? is_board && port == 0 : g_str_equal (used, bus))
        return TRUE;
    }

  return FALSE;
}

/* A SATA controller, also that of a Q35 board, has six ports of one drive each. */
static gboolean
plug_sata (DroverAdding *self, GString *device, gboolean is_cd, GError **error)
{
  static const char *const controllers[] = { "ahci", "ich9-ahci", NULL };
  g_autoptr (GArray) drives = drover_drives_place (self->references, self->board);
  g_autofree char *id = self->board == DROVER_BOARD_Q35
                          ? g_strdup ("ide")
                          : use_controller (self, controllers, "ahci", "sata");

  g_string_append (device, is_cd ? "ide-cd" : "ide-hd");
  if (id == NULL)
    return TRUE;

  for (guint port = 0; port < 6; port++)
    if (!is_port_taken (self, drives, id, port))
      {
        g_string_append_printf (device, ",bus=%s.%u", id, port);
        return TRUE;
      }

  return drover_arguments_refuse (error, _("All six ports of the SATA controller “%s” are taken"),
                                  id);
}

/* Writes driver and bus of the device that the guest sees. */
static gboolean
plug (DroverAdding *self, GString *device, const char *bus, const char *id, gboolean is_cd,
      GError **error)
{
  static const char *const readers[] = { "sdhci-pci", NULL };
  static const char *const floppies[] = { "isa-fdc", NULL };

  if (g_str_equal (bus, "virtio"))
    {
      g_string_append_printf (device, "virtio-blk-%s", drover_adding_get_virtio (self));
      drover_adding_use_port (self, device);
    }
  else if (g_str_equal (bus, "scsi"))
    plug_scsi (self, device, is_cd);
  else if (g_str_equal (bus, "ide") && self->board == DROVER_BOARD_PC)
    g_string_append (device, is_cd ? "ide-cd" : "ide-hd");
  else if (g_str_equal (bus, "ide") || g_str_equal (bus, "sata"))
    return plug_sata (self, device, is_cd, error);
  else if (g_str_equal (bus, "nvme"))
    {
      g_autofree char *serial = drover_adding_take (self, "serial");

      g_string_append (device, "nvme");
      drover_adding_use_port (self, device);
      drover_adding_append (device, "serial", serial != NULL ? serial : id);
    }
  else if (g_str_equal (bus, "usb"))
    {
      g_string_append (device, "usb-storage");
      return drover_adding_ensure_usb (self, error);
    }
  else if (g_str_equal (bus, "sd"))
    {
      g_free (use_controller (self, readers, "sdhci-pci", "sd"));
      g_string_append (device, "sd-card");
    }
  else if (g_str_equal (bus, "floppy") &&
           (self->board == DROVER_BOARD_PC || self->board == DROVER_BOARD_Q35))
    {
      if (self->board == DROVER_BOARD_Q35)
        g_free (use_controller (self, floppies, "isa-fdc", "fdc"));
      g_string_append (device, "floppy");
    }
  else
    return drover_arguments_refuse (
      error, _("This machine has no bus “%s”; there are virtio, scsi, ide, sata, nvme, usb, sd, "
               "and floppy on PCs"),
      bus);

  return TRUE;
}

/**
 * drover_adding_disk:
 *
 * An image and the drive that the guest sees; a CD drive may be empty.
 *
 * Returns: whether it could
 */
gboolean
drover_adding_disk (DroverAdding *self, GError **error)
{
  g_autofree char *media = drover_adding_take (self, "media");
  gboolean is_cd = g_strcmp0 (media, "cdrom") == 0;
  g_autofree char *file = drover_adding_take (self, "file");
  g_autofree char *given_bus = drover_adding_take (self, "bus");
  const char *bus = given_bus != NULL ? given_bus : choose_bus (self, is_cd);
  g_autofree char *id = NULL;
  g_autofree char *node = NULL;
  g_autoptr (GString) device = g_string_new (NULL);

  if (media != NULL && !is_cd && !g_str_equal (media, "disk"))
    return drover_arguments_refuse (error, _("“media” is “disk” or “cdrom”, not “%s”"), media);
  if (file == NULL && !is_cd && g_strcmp0 (bus, "floppy") != 0)
    return drover_arguments_refuse (error, _("Say which image the disk is, with file=…"));
  if (self->board == DROVER_BOARD_OTHER &&
      (bus == NULL || g_str_equal (bus, "sd") || g_str_equal (bus, "ide") ||
       g_str_equal (bus, "floppy")))
    return say_drive (self, file, bus, is_cd);

  id = drover_adding_take_id (self, is_cd ? "cd" : "disk");
  if (file != NULL)
    {
      node = say_image (self, file, is_cd, error);
      if (node == NULL)
        return FALSE;
    }
  if (!plug (self, device, bus, id, is_cd, error))
    return FALSE;

  drover_adding_append (device, "id", id);
  if (node != NULL)
    drover_adding_append (device, "drive", node);
  drover_adding_take_rest (self, device);
  drover_adding_say (self, "-device", device->str);
  return TRUE;
}
