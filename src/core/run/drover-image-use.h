/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * DroverImageUse:
 * @path: the file's absolute path
 * @writes: whether it is opened for writing
 * @shares: whether others may write to it meanwhile, as with `share-rw=on`
 *
 * A file that a machine's QEMU opens as a disk, or below one.
 */
typedef struct
{
  char *path;
  gboolean writes;
  gboolean shares;
} DroverImageUse;

/**
 * DroverImageHolder:
 * @path: the file's absolute path
 * @pid: the process that has it open; 0 when it is not ours to see
 * @command: (nullable): how that process was started
 * @name: (nullable): the machine's name, when it is one of Drover's
 * @folder: (nullable): that machine's folder
 * @writes: whether it was to be opened for writing
 *
 * Who stands in the way of a machine that is to start.
 */
typedef struct
{
  char *path;
  int pid;
  char *command;
  char *name;
  char *folder;
  gboolean writes;
} DroverImageHolder;

GPtrArray         *drover_image_uses_list      (GPtrArray *arguments, const char *directory);
DroverImageHolder *drover_image_uses_find_holder (GPtrArray *uses);
DroverImageHolder *drover_image_holder_find_said (const char *words, const char *directory);
DroverImageHolder *drover_image_holder_find_refused (const char *words, const char *image,
                                                  const char *directory);
char              *drover_image_holder_describe (const DroverImageHolder *self);
void               drover_image_holder_free    (DroverImageHolder *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DroverImageHolder, drover_image_holder_free)

G_END_DECLS
