/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * DroverPinnedKey:
 * @name: what templates call it, as in `ubuntu-images`
 * @title: (translatable): whose it is, for people
 * @fingerprint: of the primary key, 40 hex digits in upper case
 * @file: the OpenPGP key itself, a path below Drover's resources or in the file system
 *
 * A key whose signatures Drover trusts, for what asks for it by name and for nothing else.
 */
typedef struct
{
  const char *name;
  const char *title;
  const char *fingerprint;
  const char *file;
} DroverPinnedKey;

const DroverPinnedKey *drover_keyring_get_pinned (gsize                 *n_keys);
const DroverPinnedKey *drover_keyring_find       (const char            *name,
                                                  GError               **error);
GBytes                *drover_keyring_load       (const DroverPinnedKey *key,
                                                  GError               **error);
void                   drover_keyring_pin        (const DroverPinnedKey *keys,
                                                  gsize                  n_keys);

G_END_DECLS
