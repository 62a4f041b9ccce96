/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <string.h>

#include "drover-certificate.h"
#include "drover-firmware-vars.h"

/* EDK2's variable store: a firmware volume whose first thing is a list of variables, each with a
 * header, a name in UTF-16 and data. What a guest wrote is in it, so nothing is believed. */

#define VOLUME_SIGNATURE_OFFSET 40
#define VOLUME_LENGTH_OFFSET 48
#define STORE_HEADER_SIZE 28
#define VARIABLE_HEADER_SIZE 60
#define VARIABLE_START 0x55aa

#define STATE_ADDED 0x3f
#define STATE_IN_DELETION 0x3e /* still counts, unless there is a newer one */

#define SIGNATURE_LIST_HEADER_SIZE 28
#define OWNER_SIZE 16

#define GUID(a, b, c, ...)                                                                 \
  { (a) & 0xff, ((a) >> 8) & 0xff, ((a) >> 16) & 0xff, (a) >> 24, (b) & 0xff, (b) >> 8, \
    (c) & 0xff, (c) >> 8, __VA_ARGS__ }

static const guint8 variables_volume[16] =
  GUID (0xfff12b8dU, 0x7696, 0x4c8b, 0xa9, 0x85, 0x27, 0x47, 0x07, 0x5b, 0x4f, 0x50);
static const guint8 authenticated_store[16] =
  GUID (0xaaf32c78U, 0x947b, 0x439a, 0xa1, 0x80, 0x2e, 0x14, 0x4e, 0xc3, 0x77, 0x92);
static const guint8 plain_store[16] =
  GUID (0xddcf3616U, 0x3275, 0x4164, 0x98, 0xb6, 0xfe, 0x85, 0x70, 0x7f, 0xfe, 0x7d);
static const guint8 global_variable[16] =
  GUID (0x8be4df61U, 0x93ca, 0x11d2, 0xaa, 0x0d, 0x00, 0xe0, 0x98, 0x03, 0x2b, 0x8c);
static const guint8 security_database[16] =
  GUID (0xd719b2cbU, 0x3d3a, 0x4596, 0xa3, 0xbc, 0xda, 0xd0, 0x0e, 0x67, 0x65, 0x6f);
static const guint8 secure_boot_enable[16] =
  GUID (0xf0a30bc7U, 0xaf08, 0x4556, 0x99, 0xc4, 0x00, 0x10, 0x09, 0xc9, 0x3a, 0x44);
static const guint8 is_certificate[16] =
  GUID (0xa5c059a1U, 0x94e4, 0x4aa7, 0x87, 0xb5, 0xab, 0x15, 0x5c, 0x2b, 0xf0, 0x72);

/* The certificates of Microsoft's that are enrolled in computers, by their SHA-1 thumbprints as
 * Microsoft lists them: the key exchange keys, and the authorities of db. */
static const char *const microsoft_keks[] = {
  "31590bfd89c9d74ed087dfac66334b3931254b30", /* Microsoft Corporation KEK CA 2011 */
  "459ab6fb5e284d272d5e3e6abc8ed663829d632b", /* Microsoft Corporation KEK 2K CA 2023 */
  NULL,
};
static const char *const microsoft_authorities[] = {
  "580a6f4cc4e4b669b9ebdc1b2b3e087b80d0678d", /* Microsoft Windows Production PCA 2011 */
  "46def63b5ce61cf8ba0de2e6639c1019d0ed14f3", /* Microsoft Corporation UEFI CA 2011 */
  "45a0fa32604773c82433c3b7d59e7466b3ac0c67", /* Windows UEFI CA 2023 */
  "b5eeb4a6706048073f0ed296e7f580a790b59eaa", /* Microsoft UEFI CA 2023 */
  "3fb39e2b8bd183bf9e4594e72183ca60afcd4277", /* Microsoft Option ROM UEFI CA 2023 */
  NULL,
};

static const struct
{
  const char *name;
  const guint8 *vendor;
} variables[] = {
  { "PK", global_variable },
  { "KEK", global_variable },
  { "db", security_database },
  { "dbx", security_database },
  { "SecureBootEnable", secure_boot_enable },
};

#define PK 0
#define DBX 3
#define SECURE_BOOT_ENABLE 4

typedef struct
{
  const guint8 *data;
  gsize length;
  guint8 state; /* 0 when there is none */
} Variable;

G_DEFINE_BOXED_TYPE (DroverFirmwareKeys, drover_firmware_keys, drover_firmware_keys_ref,
                     drover_firmware_keys_unref)

static void
key_free (gpointer data)
{
  DroverFirmwareKey *key = data;

  g_free (key->variable);
  g_free (key->title);
  g_free (key->sha256);
  g_free (key);
}

/**
 * drover_firmware_keys_ref:
 *
 * Returns: (transfer full): @self
 */
DroverFirmwareKeys *
drover_firmware_keys_ref (DroverFirmwareKeys *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

/**
 * drover_firmware_keys_unref:
 *
 * Drops one reference.
 */
void
drover_firmware_keys_unref (DroverFirmwareKeys *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_ptr_array_unref (self->list);
  g_free (self);
}

static guint16
get_u16 (const guint8 *data)
{
  return data[0] | data[1] << 8;
}

static guint32
get_u32 (const guint8 *data)
{
  return get_u16 (data) | (guint32) get_u16 (data + 2) << 16;
}

static gboolean
is_guid (const guint8 *data, const guint8 *guid)
{
  return memcmp (data, guid, 16) == 0;
}

static gboolean
is_blank (const guint8 *data, gsize length)
{
  for (gsize i = 0; i < length; i++)
    if (data[i] != data[0])
      return FALSE;

  return length > 0 && (data[0] == 0 || data[0] == 0xff);
}

/* In the store it is UTF-16 with its NUL. */
static gboolean
is_name (const guint8 *name, gsize size, const char *text)
{
  gsize length = strlen (text);

  if (size != 2 * (length + 1))
    return FALSE;
  for (gsize i = 0; i <= length; i++)
    if (get_u16 (name + 2 * i) != (guint8) text[i])
      return FALSE;

  return TRUE;
}

static void
take_variable (Variable *found, guint8 state, const guint8 *vendor, const guint8 *name,
               gsize name_size, gsize data_size)
{
  for (guint i = 0; i < G_N_ELEMENTS (variables); i++)
    if (is_guid (vendor, variables[i].vendor) && is_name (name, name_size, variables[i].name) &&
        (state == STATE_ADDED || found[i].state != STATE_ADDED))
      found[i] = (Variable) { name + name_size, data_size, state };
}

static void
read_variables (const guint8 *data, gsize length, Variable *found)
{
  gsize offset = 0;

  while (length - offset >= VARIABLE_HEADER_SIZE && get_u16 (data + offset) == VARIABLE_START)
    {
      const guint8 *header = data + offset;
      gsize name_size = get_u32 (header + 36);
      gsize data_size = get_u32 (header + 40);
      guint8 state = header[2];

      offset += VARIABLE_HEADER_SIZE;
      if (name_size > length - offset || data_size > length - offset - name_size)
        return;
      if (state == STATE_ADDED || state == STATE_IN_DELETION)
        take_variable (found, state, header + 44, header + VARIABLE_HEADER_SIZE, name_size,
                       data_size);
      offset += name_size + data_size;
      offset = MIN ((offset + 3) & ~(gsize) 3, length);
    }
}

static void
take_certificate (DroverFirmwareKeys *self, const char *variable, const guint8 *data,
                  gsize length)
{
  DroverFirmwareKey *key = g_new0 (DroverFirmwareKey, 1);
  g_autofree char *sha1 = g_compute_checksum_for_data (G_CHECKSUM_SHA1, data, length);

  key->variable = g_strdup (variable);
  key->sha256 = g_compute_checksum_for_data (G_CHECKSUM_SHA256, data, length);
  key->title = drover_certificate_dup_name (data, length);
  if (key->title == NULL)
    key->title = g_strdup (_("A certificate without a name"));
  key->is_microsoft = g_strv_contains (microsoft_keks, sha1) ||
                      g_strv_contains (microsoft_authorities, sha1);
  g_ptr_array_add (self->list, key);
}

static void
take_checksum (DroverFirmwareKeys *self, const char *variable, const guint8 *data, gsize length)
{
  DroverFirmwareKey *key = g_new0 (DroverFirmwareKey, 1);
  GString *hex = g_string_sized_new (2 * length);

  for (gsize i = 0; i < length; i++)
    g_string_append_printf (hex, "%02x", data[i]);
  key->variable = g_strdup (variable);
  key->title = g_string_free_and_steal (hex);
  g_ptr_array_add (self->list, key);
}

/* Lists of one kind and one size, each with entries that begin with their owner. */
static void
read_signatures (DroverFirmwareKeys *self, guint index, const guint8 *data, gsize length)
{
  while (length >= SIGNATURE_LIST_HEADER_SIZE)
    {
      gsize list_size = get_u32 (data + 16);
      gsize header_size = get_u32 (data + 20);
      gsize size = get_u32 (data + 24);
      gsize offset = SIGNATURE_LIST_HEADER_SIZE;
      gboolean certificates = is_guid (data, is_certificate);

      if (list_size < SIGNATURE_LIST_HEADER_SIZE || list_size > length || size <= OWNER_SIZE ||
          header_size > list_size - offset)
        return;

      for (offset += header_size; list_size - offset >= size; offset += size)
        {
          const guint8 *signature = data + offset + OWNER_SIZE;

          if (certificates)
            take_certificate (self, variables[index].name, signature, size - OWNER_SIZE);
          else if (index == DBX)
            self->n_revoked++;
          else
            take_checksum (self, variables[index].name, signature, size - OWNER_SIZE);
        }
      data += list_size;
      length -= list_size;
    }
}

static gboolean
has_key (DroverFirmwareKeys *self, const char *variable, gboolean of_microsoft)
{
  for (guint i = 0; i < self->list->len; i++)
    {
      const DroverFirmwareKey *key = self->list->pdata[i];

      if (g_str_equal (key->variable, variable) && (!of_microsoft || key->is_microsoft))
        return TRUE;
    }

  return FALSE;
}

static DroverFirmwareKeys *
keys_new (const Variable *found)
{
  const Variable *enable = &found[SECURE_BOOT_ENABLE];
  DroverFirmwareKeys *self = g_new0 (DroverFirmwareKeys, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->list = g_ptr_array_new_with_free_func (key_free);
  for (guint i = PK; i <= DBX; i++)
    if (found[i].state != 0)
      read_signatures (self, i, found[i].data, found[i].length);

  self->secure_boot = has_key (self, "PK", FALSE) &&
                      !(enable->state != 0 && enable->length > 0 && enable->data[0] == 0);
  self->microsoft = has_key (self, "PK", FALSE) && has_key (self, "KEK", TRUE) &&
                    has_key (self, "db", TRUE);
  return self;
}

static gboolean
refuse (GError **error, const char *message)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, message);
  return FALSE;
}

/* @start: (out): where the store's header is */
static gboolean
find_store (const guint8 *data, gsize length, gsize *start, GError **error)
{
  if (length < VOLUME_LENGTH_OFFSET + 2 ||
      memcmp (data + VOLUME_SIGNATURE_OFFSET, "_FVH", 4) != 0 ||
      !is_guid (data + 16, variables_volume))
    return refuse (error, _("This is no variable store of UEFI"));

  *start = get_u16 (data + VOLUME_LENGTH_OFFSET);
  if (*start > length || length - *start < STORE_HEADER_SIZE)
    return refuse (error, _("The variable store ends too early"));
  if (!is_guid (data + *start, authenticated_store) && !is_guid (data + *start, plain_store))
    return refuse (error, _("The variable store is of a kind that Drover does not know"));

  return TRUE;
}

/**
 * drover_firmware_keys_parse:
 * @data: (array length=length): a raw image of a variable store, or of a firmware with its own
 * @length: its length
 * @error: set to %G_IO_ERROR_INVALID_DATA
 *
 * Reads the keys of Secure Boot. An image that was never written to has none.
 *
 * Returns: (transfer full) (nullable): what was found
 */
DroverFirmwareKeys *
drover_firmware_keys_parse (const guint8 *data, gsize length, GError **error)
{
  Variable found[G_N_ELEMENTS (variables)] = { { NULL, 0, 0 } };
  gsize start, size;

  if (is_blank (data, MIN (length, 4096)))
    return keys_new (found);
  if (!find_store (data, length, &start, error))
    return NULL;

  /* Stores of before Secure Boot have other headers, and no keys. */
  if (is_guid (data + start, authenticated_store))
    {
      size = get_u32 (data + start + 16);
      size = CLAMP (size, STORE_HEADER_SIZE, length - start);
      read_variables (data + start + STORE_HEADER_SIZE, size - STORE_HEADER_SIZE, found);
    }

  return keys_new (found);
}
