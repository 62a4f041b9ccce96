/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libdex.h>

G_BEGIN_DECLS

/**
 * DroverFirmwareKey:
 * @variable: `PK` (who owns the machine), `KEK` (who may change the lists), `db` (who may start)
 *   or `dbx` (what must not)
 * @title: the certificate's name; the sum in hex for a lone checksum
 * @sha256: of the certificate; %NULL for a lone checksum
 * @is_microsoft: whether it is one of Microsoft's, by its sum
 *
 * One entry of a machine's lists of keys.
 */
typedef struct
{
  char *variable;
  char *title;
  char *sha256;
  gboolean is_microsoft;
} DroverFirmwareKey;

#define DROVER_TYPE_FIRMWARE_KEYS (drover_firmware_keys_get_type ())

/**
 * DroverFirmwareKeys:
 * @list: (element-type DroverFirmwareKey): certificates in the order of the store
 * @n_revoked: how many checksums `dbx` has
 * @secure_boot: whether the firmware will refuse what no key of `db` has signed: there is a PK,
 *   and nobody switched it off in the firmware's own menu
 * @microsoft: whether PK, KEK and db are there, the latter two with Microsoft's certificates
 *
 * What a variable store says of Secure Boot.
 */
typedef struct
{
  gatomicrefcount ref_count;
  GPtrArray *list;
  guint n_revoked;
  gboolean secure_boot;
  gboolean microsoft;
} DroverFirmwareKeys;

GType               drover_firmware_keys_get_type (void) G_GNUC_CONST;
DroverFirmwareKeys *drover_firmware_keys_parse    (const guint8 *data, gsize length,
                                                   GError **error);
DroverFirmwareKeys *drover_firmware_keys_ref      (DroverFirmwareKeys *self);
void                drover_firmware_keys_unref    (DroverFirmwareKeys *self);

DexFuture          *drover_firmware_vars_make      (const char *template, const char *format,
                                                    const char *path) G_GNUC_WARN_UNUSED_RESULT;
DexFuture          *drover_firmware_vars_reset     (const char *template, const char *format,
                                                    const char *path) G_GNUC_WARN_UNUSED_RESULT;
DexFuture          *drover_firmware_vars_list_keys (const char *path) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DroverFirmwareKeys, drover_firmware_keys_unref)

G_END_DECLS
