# %% [markdown]
# # Lab 2: A Convolutional Network
#
# 中文版：關閉這份筆記本，在這個資料夾執行 `python language.py zh-TW`，再重新開啟。
#
# In this notebook you check your files, train softmax regression and a convolutional network on the same images, look
# at what they have learned, and answer three questions.
#
# 1. Write `im2col.py`, `conv2d.py`, `softmax_cross_entropy.py` and `classifier.py`, which lie beside this notebook, as
#    `handout.md` says. Write them in an editor, not in here.
# 2. Run the cells from top to bottom. After you have changed and saved a file, run the cell again: the new code is
#    loaded by itself.
# 3. Answer the questions in the cells that say so, in English or in Chinese.
# 4. Save the notebook and hand it in together with your four files: `python hand_in.py` packs them.
#
# The files earn 100 points and the answers 15.
#
# <!-- zh-TW -->
# # Lab 2：卷積神經網路
#
# English: close this notebook, run `python language.py en` in this folder, and open it again.
#
# 在這份筆記本裡，你會檢查自己的檔案，用同樣的影像訓練 softmax 迴歸與卷積神經網路，觀察它們學到了什麼，並回答三個問題。
#
# 1. 依照 `handout.zh-TW.md` 完成與這份筆記本放在一起的 `im2col.py`、`conv2d.py`、`softmax_cross_entropy.py` 與 `classifier.py`。請在編輯器裡寫，不要寫在這裡。
# 2. 由上到下執行每個儲存格。修改並儲存檔案之後，再執行一次那一格即可，新的程式會自動載入。
# 3. 在標明作答的儲存格裡回答問題，中英文不限。
# 4. 儲存筆記本，和四個檔案一起繳交：用 `python hand_in.py` 打包。
#
# 四個檔案共 100 分，回答共 15 分。

# %% [markdown]
# ## 1. Setup
#
# Run this cell first. The images are 8 by 8 pixels, and have four classes: 0 is a horizontal bar, 1 a vertical bar,
# 2 a plus, 3 a cross. The number above an image is its class.
#
# <!-- zh-TW -->
# ## 1. 準備
#
# 請先執行這一格。影像是 8 乘 8 像素，有四個類別：0 是橫線，1 是直線，2 是正十字，3 是斜十字。影像上方的數字是它的類別。

# %%
import os
import sys

# %load_ext autoreload
# %autoreload 2
import numpy as np
from checks.messages import set_language
from language import notebook_language
from pictures import show, show_confusion
from shapes import load
from train import cnn, softmax_regression, train

os.environ["LAB_LANG"] = notebook_language()
set_language(notebook_language())
PYTHON = f'"{sys.executable}"'
x, labels = load("train")
test_x, test_labels = load("test")
show(x[:20, 0], labels[:20])

# %% [markdown]
# ## 2. Your files
#
# The next cells run the public checks. **They are not the grade.** The points come from the hidden checks, which are
# more, and use other numbers.
#
# <!-- zh-TW -->
# ## 2. 你的檔案
#
# 接下來的儲存格會執行公開檢查。**它們不是成績。** 分數由隱藏的檢查決定，項目更多，用的數字也不同。

# %% part="im2col"
# !$PYTHON check.py im2col

# %% part="Conv2d"
# !$PYTHON check.py conv2d

# %% part="Softmax_Cross_Entropy"
# !$PYTHON check.py softmax_cross_entropy

# %% part="Classifier"
# !$PYTHON check.py classifier

# %% part="Network"
# !$PYTHON train.py

# %% [markdown]
# ## 3. Softmax regression
#
# A single linear layer: one weight for each pixel and class. The table below the training counts the test images of
# each class, a row, by the class that is predicted, a column. The pictures are the weights of the four classes: red is
# positive, blue is negative, white is 0.
#
# <!-- zh-TW -->
# ## 3. Softmax 迴歸
#
# 只有一個線性層：每個類別對每個像素有一個權重。訓練結果下方的表格，把每個類別（橫列）的測試影像，依預測的類別（直行）計數。圖片是四個類別的權重：紅色為正，藍色為負，白色是 0。

# %%
np.random.seed(0)
regression = train(softmax_regression())
show_confusion(regression, test_x, test_labels)
show(regression.layers[-1].w.reshape(4, 8, 8), range(4), columns=4, colors="RdBu_r", size=1.5)

# %% [markdown] ask="regression"
# ### Question 1: a weight for each pixel (5 points)
#
# Softmax regression has about 80 % of the training images right, but far fewer of the test images.
#
# | Part | Points | For |
# |---|---|---|
# | a | 2 | reading the pictures: what does the network look for in class 2 or 3, and why do the pictures of classes 0 and 1 look so little like a bar? |
# | b | 2 | saying why no choice of these weights can tell a horizontal bar from a vertical one wherever they are: think of what the score of class 0 minus that of class 1 is for a bar, pixel by pixel |
# | c | 1 | saying where the difference between training and test images comes from |
#
# <!-- zh-TW -->
# ### 問題 1：每個像素一個權重（5 分）
#
# Softmax 迴歸能答對約八成的訓練影像，測試影像卻少得多。
#
# | 小題 | 分數 | 內容 |
# |---|---|---|
# | a | 2 | 解讀圖片：網路在類別 2 或 3 裡尋找什麼？類別 0 與 1 的圖片為什麼不太像一條線？ |
# | b | 2 | 說明為什麼不論怎麼選這些權重，都無法分辨任意位置的橫線與直線：類別 0 的分數減去類別 1 的分數，對一條線而言，逐個像素來看是什麼？ |
# | c | 1 | 說明訓練影像與測試影像的差距從何而來 |

# %% [markdown] question="regression" points=5
# **Your answer to question 1** (in English or Chinese, in place of the line below)
#
# <!-- zh-TW -->
# **問題 1 的回答**（中英文不限；請刪去下一行的 YOUR ANSWER HERE，寫在那裡）
#
# ### BEGIN SOLUTION
# *Marking guide.* Model answer: Pluses and crosses are always near the middle, so their pictures are positive where
# their arms mostly are. A bar may lie anywhere: a pixel is as often part of a horizontal bar as of a vertical one, and
# its weights say little but where bars of the training images happened to lie (mostly the border, where neither plus nor
# cross reaches). The difference of two scores is a sum over the pixels of the bar, of one number each, plus a constant.
# For every bar to be right, this sum must be positive for all horizontal bars and negative for all vertical ones. But
# the pixels of a square of 5 by 5 are those of five horizontal bars, and those of five vertical ones: the same sum
# would have to be positive and negative. On the training images the 65 numbers of a class can fit where bars and
# noise happen to be, which does not hold for new images.
#
# - a, 2 points: 1 for "where the shapes mostly are", 1 for "every pixel belongs to bars of both kinds".
# - b, 2 points: 1 for "the score is a sum over pixels", 1 for an argument that both kinds use the same pixels.
# - c, 1 point: overfitting of positions or of noise, in any words.
#
# Typical wrong answers: "it needs more epochs" (the loss falls, the test accuracy does not rise); "64 pixels are too few".
# ### END SOLUTION

# %% [markdown]
# ## 4. A convolutional network
#
# Six kernels of 3 by 3 look at every place of the image; a ReLU and a linear layer follow. The pictures are the kernels,
# and below them what each kernel and the ReLU make of four test images, one of each class in a row.
#
# <!-- zh-TW -->
# ## 4. 卷積神經網路
#
# 六個 3 乘 3 的卷積核會看過影像的每個位置，之後是 ReLU 與一個線性層。圖片是這些卷積核；再下面是每個卷積核加上 ReLU，對四張測試影像的結果，每個類別一張，各占一列。

# %%
np.random.seed(0)
network = train(cnn())
show_confusion(network, test_x, test_labels)
convolution, relu = network.layers[:2]
show(convolution.w[:, 0], range(6), columns=6, colors="RdBu_r", size=1.3)
chosen = [int(np.flatnonzero(test_labels == k)[0]) for k in range(4)]
seen = relu.forward(convolution.forward(test_x[chosen]))
for image, maps in zip(test_x[chosen], seen, strict=True):
    show(np.concatenate([image, maps / maps.max()]), columns=7, size=1.1)

# %% [markdown] ask="kernels"
# ### Question 2: kernels (5 points)
#
# | Part | Points | For |
# |---|---|---|
# | a | 2 | choosing two of your kernels, and saying what each reacts to, with the pictures below as evidence |
# | b | 2 | saying what a convolution has that the weights of question 1 lack, so that the network is right for bars at places where no training image had one |
# | c | 1 | moving all test images one pixel to the right, `np.roll(test_x, 1, axis=3)`: which accuracy do you find, and what in the network is to blame for what is lost? |
#
# <!-- zh-TW -->
# ### 問題 2：卷積核（5 分）
#
# | 小題 | 分數 | 內容 |
# |---|---|---|
# | a | 2 | 選兩個你的卷積核，說明它們各對什麼有反應，並以下方的圖片為證 |
# | b | 2 | 說明卷積有什麼是問題 1 的權重所沒有的，使得網路對訓練影像中從未出現線段的位置也能答對 |
# | c | 1 | 把所有測試影像向右移一個像素，`np.roll(test_x, 1, axis=3)`：準確率是多少？失去的部分，要歸咎於網路的哪裡？ |

# %% [markdown] question="kernels" points=5
# **Your answer to question 2** (in English or Chinese, in place of the line below)
#
# <!-- zh-TW -->
# **問題 2 的回答**（中英文不限；請刪去下一行的 YOUR ANSWER HERE，寫在那裡）
#
# ### BEGIN SOLUTION
# *Marking guide.* Which kernels there are depends on the initialization and on the versions installed. Mostly one has a
# positive row between (or beside) negative ones and reacts to horizontal lines, one a positive column, one alternates
# like a chess board and reacts to diagonals; some are of little use.
#
# The same nine weights are used at every place. What a kernel learns from a bar at one place, it knows at all others,
# and after it a horizontal bar is bright in another map than a vertical one, so that the last layer can tell them
# apart, with weights that hardly depend on the place. Moved images lose some percent (of 97 to 100, mostly 86 to 92 are
# left): the maps move along, but the linear layer has a weight for each place of each map. (`np.roll` also takes what
# leaves on the right to the left; naming that as part of the loss is right, too.) Softmax regression has about 60 %
# before and after.
#
# - a, 2 points: 1 for each kernel, with what is seen in the maps. A description of the weights alone: half.
# - b, 2 points: 1 for the same weights everywhere, 1 for what the linear layer can do with the maps.
# - c, 1 point: half for the number, half for the linear layer.
#
# Typical wrong answers: "it has more weights" (question 3); "the kernel is moved to where the bar is" (it is everywhere).
# ### END SOLUTION

# %% [markdown]
# ## 5. How many kernels
#
# <!-- zh-TW -->
# ## 5. 要幾個卷積核

# %%
for kernels in (1, 2, 12):
    np.random.seed(0)
    print(f"\n{kernels}")
    train(cnn(kernels))

# %% [markdown] ask="counting"
# ### Question 3: counting (5 points)
#
# | Part | Points | For |
# |---|---|---|
# | a | 2 | counting the weights and biases of the convolution with six kernels, and of the linear layer after it; and those of a linear layer that would take the place of the convolution, with 64 inputs and as many outputs as the convolution has |
# | b | 1 | comparing 1, 2, 6 and 12 kernels with numbers, and saying how far a single training of each can be trusted |
# | c | 2 | predicting: the same images, but 16 by 16 pixels. Which of the numbers in a change, and to what? What could be put between ReLU and linear layer so that they do not? |
#
# <!-- zh-TW -->
# ### 問題 3：計數（5 分）
#
# | 小題 | 分數 | 內容 |
# |---|---|---|
# | a | 2 | 計算有六個卷積核的卷積層，以及它後面的線性層，各有幾個權重與偏差值；如果把卷積層換成線性層，64 個輸入、輸出的個數與卷積層相同，又有幾個？ |
# | b | 1 | 以數字比較 1、2、6 與 12 個卷積核，並說明各只訓練一次的結果有多可信 |
# | c | 2 | 預測：影像相同，但變成 16 乘 16 像素。小題 a 的數字中，哪些會變？變成多少？在 ReLU 與線性層之間放什麼，這些數字就不會變？ |

# %% [markdown] question="counting" points=5
# **Your answer to question 3** (in English or Chinese, in place of the line below)
#
# <!-- zh-TW -->
# **問題 3 的回答**（中英文不限；請刪去下一行的 YOUR ANSWER HERE，寫在那裡）
#
# ### BEGIN SOLUTION
# *Marking guide.* The convolution has 6 * 9 + 6 = 60, the linear layer after it 384 * 4 + 4 = 1540. A linear layer in
# the place of the convolution has 64 * 384 + 384 = 24960.
#
# On the test images one kernel ends at about 70 to 85 %, two at 70 to 92 %, six and twelve at 96 to 100 %. The
# initialization moves one and two kernels by more than ten percent, so these two can't be told apart by one training
# each; six and twelve can't either, but both are far from one.
#
# With 16 by 16 pixels the convolution still has 60. The linear layer has 6 * 256 * 4 + 4 = 6148, that in the place of
# the convolution 256 * 1536 + 1536 = 394752. Pooling over the whole map, such as the mean or the maximum of each map,
# leaves six numbers, whatever the size of the image.
#
# - a, 2 points: 1 for both of the first, 1 for the last.
# - b, 1 point: half for numbers, half for several initializations.
# - c, 2 points: 1 for the numbers, 1 for pooling over the whole map (a pooling of 2 by 2: half).
#
# Typical wrong answers: a convolution that is counted once for each place; biases that are forgotten (half of the point).
# ### END SOLUTION

# %% [markdown]
# ## 6. Before you hand in
#
# Restart the kernel and run all cells once more, from top to bottom. Are all three questions answered? Save the
# notebook, and run `python hand_in.py` in a terminal.
#
# <!-- zh-TW -->
# ## 6. 繳交之前
#
# 請重新啟動核心，由上到下再執行一次全部儲存格。三個問題都回答了嗎？儲存筆記本，再到終端機執行 `python hand_in.py`。
