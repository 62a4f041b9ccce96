/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "drover-seed-private.h"

/* libarchive writes the present time into an image in several places; the same files are to give
 * the same image. The image is our own, so what is read here is as libarchive wrote it; lengths are
 * looked at all the same. */

#define SECTOR 2048
#define FIRST_DESCRIPTOR (16 * SECTOR)
#define DESCRIPTOR_DATES 813 /* four of them */
#define DESCRIPTOR_ROOT 156
#define RECORD_LENGTH 33
#define RECORD_PLACE 2
#define RECORD_SIZE 10
#define RECORD_DATE 18
#define RECORD_FLAGS 25
#define RECORD_NAME_LENGTH 32
#define IS_FOLDER 0x02
#define MOST_FOLDERS 64

/* 2020-01-01, written in two ways. */
static const guint8 long_date[17] = "2020010100000000";
static const guint8 short_date[7] = { 120, 1, 1, 0, 0, 0, 0 };

static guint32
read_number (const guint8 *data)
{
  return data[0] | data[1] << 8 | data[2] << 16 | (guint32) data[3] << 24;
}

/* Rock Ridge's own times: an entry called TF, with a bit for each time that it has. */
static void
fix_rock_ridge (guint8 *data, gsize length)
{
  for (gsize at = 0; at + 4 <= length && data[at + 2] >= 4 && at + data[at + 2] <= length;
       at += data[at + 2])
    if (memcmp (data + at, "TF", 2) == 0)
      for (gsize time = at + 5; time + sizeof short_date <= at + data[at + 2];
           time += sizeof short_date)
        memcpy (data + time, short_date, sizeof short_date);
}

static void
fix_folder (GByteArray *image, const guint8 *record, guint depth)
{
  guint64 begin = (guint64) read_number (record + RECORD_PLACE) * SECTOR;
  guint64 end = begin + read_number (record + RECORD_SIZE);

  for (guint64 at = begin; at + RECORD_LENGTH <= MIN (end, image->len);)
    {
      guint8 *child = image->data + at;
      gsize name_end = RECORD_LENGTH + child[RECORD_NAME_LENGTH];

      /* No record crosses the end of a sector. */
      if (child[0] == 0)
        {
          at = (at / SECTOR + 1) * SECTOR;
          continue;
        }
      if (child[0] < RECORD_LENGTH || at + child[0] > image->len)
        return;

      memcpy (child + RECORD_DATE, short_date, sizeof short_date);
      name_end += name_end % 2;
      if (name_end < child[0])
        fix_rock_ridge (child + name_end, child[0] - name_end);
      /* The names 0 and 1 are the folder itself and the one that it is in. */
      if ((child[RECORD_FLAGS] & IS_FOLDER) != 0 && depth < MOST_FOLDERS &&
          !(child[RECORD_NAME_LENGTH] == 1 && child[RECORD_LENGTH] <= 1))
        fix_folder (image, child, depth + 1);
      at += child[0];
    }
}

/**
 * drover_seed_fix_dates:
 * @image: an image of ISO 9660 kind that libarchive has just written
 *
 * Puts one fixed date wherever the present time is.
 */
void
drover_seed_fix_dates (GByteArray *image)
{
  gsize at;

  for (at = FIRST_DESCRIPTOR; at + SECTOR <= image->len && image->data[at] != 255; at += SECTOR)
    {
      guint8 *descriptor = image->data + at;

      for (guint i = 0; i < 4; i++)
        memcpy (descriptor + DESCRIPTOR_DATES + i * sizeof long_date, long_date,
                sizeof long_date);
      memcpy (descriptor + DESCRIPTOR_ROOT + RECORD_DATE, short_date, sizeof short_date);
      fix_folder (image, descriptor + DESCRIPTOR_ROOT, 0);
    }

  /* Behind the last descriptor libarchive tells of itself, and when. No reader looks there. */
  if (at + 2 * SECTOR <= image->len)
    memset (image->data + at + SECTOR, 0, SECTOR);
}
