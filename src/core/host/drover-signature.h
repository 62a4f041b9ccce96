/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libdex.h>

#include "drover-keyring.h"

G_BEGIN_DECLS

/**
 * DroverSignature:
 * @signer: whose it is, for people, with the key's fingerprint
 * @fingerprint: of the primary key, 40 hex digits
 * @time: when it was made, in seconds since 1970
 * @text: (nullable): what was signed, when it came with its signature in one
 *
 * A good signature by the key that was asked for.
 */
typedef struct
{
  char *signer;
  char *fingerprint;
  gint64 time;
  GBytes *text;
} DroverSignature;

#define DROVER_TYPE_SIGNATURE (drover_signature_get_type ())
GType drover_signature_get_type (void) G_GNUC_CONST;

DroverSignature *drover_signature_copy (const DroverSignature *self);
void             drover_signature_free (DroverSignature       *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DroverSignature, drover_signature_free)

DexFuture *drover_signature_verify_file  (const char   *key,
                                          const char   *path,
                                          GBytes       *signature,
                                          const char   *what,
                                          GCancellable *cancellable) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *drover_signature_verify_bytes (const char   *key,
                                          GBytes       *bytes,
                                          GBytes       *signature,
                                          const char   *what,
                                          GCancellable *cancellable) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *drover_signature_verify_text  (const char   *key,
                                          GBytes       *clear_signed,
                                          const char   *what,
                                          GCancellable *cancellable) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
