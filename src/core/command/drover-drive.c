/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "drover-drive.h"

/* As QEMU's drive_new() does: an index counts through all places, a drive without one takes
 * the next free place after those that stand before it. */

static const struct
{
  const char *option;
  const char *interface; /* NULL for the board's own */
  int index;             /* -1 for the next free place */
} fixed[] = {
  { "", NULL, 0 },          { "hda", NULL, 0 },       { "hdb", NULL, 1 },
  { "hdc", NULL, 2 },       { "hdd", NULL, 3 },       { "cdrom", NULL, 2 },
  { "fda", "floppy", 0 },   { "fdb", "floppy", 1 },   { "sd", "sd", -1 },
  { "pflash", "pflash", -1 }, { "mtdblock", "mtd", -1 },
};

static const char *
get_board_interface (DroverBoard board)
{
  switch (board)
    {
    case DROVER_BOARD_PC:
    case DROVER_BOARD_Q35:
      return "ide";
    case DROVER_BOARD_VIRT:
    case DROVER_BOARD_S390:
      return "virtio";
    case DROVER_BOARD_MICROVM:
    case DROVER_BOARD_OTHER:
    default:
      return NULL;
    }
}

/* 0 when a bus has any number of places. */
static guint
get_units_per_bus (DroverBoard board, const char *interface)
{
  if (g_strcmp0 (interface, "ide") == 0)
    return board == DROVER_BOARD_Q35 ? 1 : 2;
  if (g_strcmp0 (interface, "scsi") == 0)
    return 7;

  return g_strcmp0 (interface, "floppy") == 0 ? 2 : 0;
}

static gint64
get_number (const DroverFields *fields, const char *key)
{
  const char *text = drover_fields_get (fields, key);
  guint64 number;

  return text != NULL && g_ascii_string_to_unsigned (text, 10, 0, 1000, &number, NULL)
           ? (gint64) number
           : -1;
}

/**
 * drover_drives_has:
 * @drives: (element-type DroverDrive): the drives so far
 *
 * Returns: whether one of them has that place
 */
gboolean
drover_drives_has (GArray *drives, const char *interface, guint bus, guint unit)
{
  for (guint i = 0; i < drives->len; i++)
    {
      const DroverDrive *drive = &g_array_index (drives, DroverDrive, i);

      if (g_strcmp0 (drive->interface, interface) == 0 && drive->bus == bus &&
          drive->unit == unit)
        return TRUE;
    }

  return FALSE;
}

static void
place (GArray *drives, DroverDrive *drive, DroverBoard board, gint64 index, gint64 bus,
       gint64 unit)
{
  guint n_units = get_units_per_bus (board, drive->interface);

  if (index >= 0)
    {
      drive->bus = n_units > 0 ? index / n_units : 0;
      drive->unit = n_units > 0 ? index % n_units : index;
      return;
    }

  drive->bus = MAX (bus, 0);
  drive->unit = MAX (unit, 0);
  if (unit >= 0)
    return;

  while (drover_drives_has (drives, drive->interface, drive->bus, drive->unit))
    {
      drive->unit++;
      if (n_units > 0 && drive->unit >= n_units)
        {
          drive->unit = 0;
          drive->bus++;
        }
    }
}

static void
read_drive (GArray *drives, const DroverFields *fields, guint argument, DroverBoard board)
{
  DroverDrive drive = { argument };
  const char *interface = drover_fields_get (fields, "if");

  if (drover_fields_are (fields, "drive"))
    {
      drive.interface = interface != NULL ? interface : get_board_interface (board);
      drive.is_cd = g_strcmp0 (drover_fields_get (fields, "media"), "cdrom") == 0;
      place (drives, &drive, board, get_number (fields, "index"), get_number (fields, "bus"),
             get_number (fields, "unit"));
      g_array_append_val (drives, drive);
      return;
    }

  for (guint i = 0; i < G_N_ELEMENTS (fixed); i++)
    if (drover_fields_are (fields, fixed[i].option))
      {
        drive.interface = fixed[i].interface != NULL ? fixed[i].interface
                                                     : get_board_interface (board);
        drive.is_cd = drover_fields_are (fields, "cdrom");
        place (drives, &drive, board, fixed[i].index, -1, -1);
        g_array_append_val (drives, drive);
      }
}

/**
 * drover_drives_place:
 * @references: a machine's arguments, read
 * @board: its machine type
 *
 * Returns: (transfer full) (element-type DroverDrive): the drives that the older options make,
 *   in their order; not those that are switched off
 */
GArray *
drover_drives_place (DroverReferences *references, DroverBoard board)
{
  GArray *drives = g_array_new (FALSE, FALSE, sizeof (DroverDrive));

  for (guint i = 0; i < references->fields->len; i++)
    {
      const DroverFields *fields = references->fields->pdata[i];

      if (fields->enabled)
        read_drive (drives, fields, i, board);
    }

  return drives;
}

/**
 * drover_drives_find:
 * @drives: (element-type DroverDrive): what drover_drives_place() found
 * @argument: index of an argument
 *
 * Returns: (nullable): the drive that it makes
 */
const DroverDrive *
drover_drives_find (GArray *drives, guint argument)
{
  for (guint i = 0; i < drives->len; i++)
    if (g_array_index (drives, DroverDrive, i).argument == argument)
      return &g_array_index (drives, DroverDrive, i);

  return NULL;
}
