# %% [markdown]
# # Lab 1: Backpropagation
#
# 中文版：關閉這份筆記本，在這個資料夾執行 `python language.py zh-TW`，再重新開啟。
#
# In this notebook you check your three classes, look inside a network made of them, run the
# experiments of the report, and answer five questions about what you see. (The report is an earlier
# one, whose results are quoted where they are needed; you do not write one.)
#
# 1. Write `activation.py`, `linear_layer.py` and `model.py`, which lie beside this notebook, as
#    `handout.md` says. Write them in an editor, not in here.
# 2. Run the cells from top to bottom. After you have changed and saved a file, run the cell again:
#    the new code is loaded by itself.
# 3. Look at the results and answer the questions in the cells that say so, in English or in
#    Chinese. Two to five sentences for each part of a question are enough.
# 4. Save the notebook and hand it in together with your three files: `python hand_in.py` packs them.
#
# The classes earn 100 points and the answers 25. Locked cells cannot be changed, and nothing that
# you write into other cells is graded.
#
# <!-- zh-TW -->
# # Lab 1：反向傳播
#
# English: close this notebook, run `python language.py en` in this folder, and open it again.
#
# 在這份筆記本裡，你會檢查自己的三個類別，觀察由它們組成的網路內部，執行報告中的實驗，並根據所看到的結果回答五個問題。（「報告」是較早的一份實驗報告，需要時會引用它的結果；你不必寫報告。）
#
# 1. 依照 `handout.zh-TW.md` 完成與這份筆記本放在一起的 `activation.py`、`linear_layer.py` 與 `model.py`。請在編輯器裡寫，不要寫在這裡。
# 2. 由上到下執行每個儲存格。修改並儲存檔案之後，再執行一次那個儲存格即可，新的程式會自動載入。
# 3. 觀察結果，並在標明作答的儲存格裡回答問題，中英文不限；每個小題寫兩到五句話就夠了。
# 4. 儲存筆記本，和三個檔案一起繳交：用 `python hand_in.py` 打包。
#
# 三個類別共 100 分，回答共 25 分。鎖定的儲存格無法修改；寫在其他儲存格裡的內容不計分。

# %% [markdown]
# ## 1. Setup
#
# Run this cell first. `STARTS` is the number of random initializations of most trainings and `SEED`
# draws their weights. With correct classes all cells together take about a minute on an idle computer; the
# last cell prints how long they took. Raise `STARTS` if you have more time, for example to 30, and the results
# will be less a matter of luck. (From 10 on, the learning curves are drawn as their median and a band.)
#
# <!-- zh-TW -->
# ## 1. 準備
#
# 請先執行這個儲存格。`STARTS` 是大多數訓練隨機初始化的次數，也就是用幾組初始權重，`SEED` 決定這些權重。類別都正確時，在沒有其他工作的電腦上，整份筆記本約一分鐘就能跑完，最後一個儲存格會印出實際花費的時間。如果時間充裕，可以把 `STARTS` 調大，例如 30，結果就比較不受運氣影響。（10 組以上時，學習曲線改畫中位數與範圍帶。）

# %%
import os
import sys

# %load_ext autoreload
# %autoreload 2
from checks.notebook import at_rate, look_inside, set_up, show_time, train_all
from checks.tables import (
    one_of_each,
    show_counts,
    show_dead,
    show_least_squares,
    show_outputs,
    show_speed,
    show_units,
    worst,
)
from experiments import TABLES
from experiments.curves import learning_curves, losses_by_initialization
from experiments.maps import output_maps, training_series
from experiments.plots import outcomes
from experiments.training import Classes

PYTHON = f'"{sys.executable}"'
os.environ["LAB_LANG"] = set_up(get_ipython())
STARTS, SEED = 8, 7

from activation import Activation
from linear_layer import Linear_Layer
from model import Model

mine = Classes(Activation, Linear_Layer, Model)

# %% [markdown]
# ## 2. Your classes
#
# The next four cells run the public checks. They use small numbers that you can work out by hand, and
# say where to look when something is wrong. **They are not the grade.** The points of each cell come
# from the hidden checks, which are more and use other numbers; whatever is printed here does not
# change them.
#
# <!-- zh-TW -->
# ## 2. 你的類別
#
# 接下來的四個儲存格會執行公開檢查。它們用的是可以手算的小數字，發現問題時會告訴你該看哪裡。**它們不是成績。** 每個儲存格的分數來自隱藏的檢查，項目更多，用的數字也不同；這裡印出什麼都不影響分數。

# %% [markdown]
# ### Activation (20 points, from the hidden checks)
#
# <!-- zh-TW -->
# ### Activation（20 分，由隱藏的檢查決定）

# %% nbgrader={"schema_version": 3, "grade": true, "solution": false, "locked": true, "task": false, "grade_id": "Activation", "points": 20}
# !$PYTHON check.py activation

# %% [markdown]
# ### Linear_Layer (25 points, from the hidden checks)
#
# <!-- zh-TW -->
# ### Linear_Layer（25 分，由隱藏的檢查決定）

# %% nbgrader={"schema_version": 3, "grade": true, "solution": false, "locked": true, "task": false, "grade_id": "Linear_Layer", "points": 25}
# !$PYTHON check.py linear_layer

# %% [markdown]
# ### Model (30 points, from the hidden checks)
#
# <!-- zh-TW -->
# ### Model（30 分，由隱藏的檢查決定）

# %% nbgrader={"schema_version": 3, "grade": true, "solution": false, "locked": true, "task": false, "grade_id": "Model", "points": 30}
# !$PYTHON check.py model

# %% [markdown]
# ### Network (25 points, from the hidden checks)
#
# Your three classes together. This cell compares their gradients with finite differences; the hidden
# checks also train your network on both datasets.
#
# <!-- zh-TW -->
# ### Network（25 分，由隱藏的檢查決定）
#
# 三個類別合在一起。這個儲存格用有限差分核對它們的梯度；隱藏的檢查還會用兩個資料集訓練你的網路。

# %% nbgrader={"schema_version": 3, "grade": true, "solution": false, "locked": true, "task": false, "grade_id": "Network", "points": 25}
# !$PYTHON gradient_check.py

# %% [markdown]
# ## 3. Look inside
#
# What happens in the standard network, `2-3-Sigmoid-3-Sigmoid-1`, before its first step on `xor`: what
# each layer puts out (the box holds the middle half of the values, the orange-red line is their median), the gradient
# that reaches it, and one weight's gradient beside its finite difference. In the last picture every weight is a
# point, and the gradients of each layer are divided by the layer's largest; where yours is right, the point lies
# on the line. This works with classes that are not right yet, too: lines that begin with `!` name the layer
# in which something is missing or has a wrong shape. `python inspect_network.py --help` tells how to do the same in
# a terminal.
#
# <!-- zh-TW -->
# ## 3. 觀察網路內部
#
# 標準網路 `2-3-Sigmoid-3-Sigmoid-1` 在 `xor` 上第一次更新權重之前的情形：每一層的輸出（方框是中間一半的數值，橘紅色的線是中位數）、傳到這一層的梯度，以及某個權重的梯度與有限差分的比較。最後一張圖裡，每個點是一個權重，每一層的梯度都除以該層最大的梯度；梯度正確時，點會落在線上。類別還沒全部寫對時也能使用：以 `!` 開頭的各行會指出哪一層少了東西或形狀不對。要在終端機做同樣的事，用法見 `python inspect_network.py --help`。

# %%
figure = look_inside(TABLES["standard"].rows[0], mine, SEED, weight=(0, 1, 0))

# %% [markdown]
# ## 4. The standard network
#
# The standard network on both datasets, from two initializations each. **The first picture is a table**: the
# accuracy at which each initialization ended and, in the last column, what the report found. In the learning
# curves below it the number at the end of a line is its initialization, and each initialization has a strip that
# gets darker the more points are right; its final accuracy stands at the end.
#
# The report trained for 30000 epochs; here it is 10000 on `xor` and 2000 on `linear`. Initialization 0 is still on
# its way on `xor` when the training stops.
#
# <!-- zh-TW -->
# ## 4. 標準網路
#
# 用兩個資料集訓練標準網路，各從兩組初始權重開始。**第一張圖是一個表格**：各組初始權重的最終準確率，最後一欄是報告的結果。下面的學習曲線裡，線尾的數字是第幾組初始權重；每組初始權重另有一條色帶，顏色越深，預測正確的點越多，末端是最終準確率。
#
# 報告訓練了 30000 個 epoch；這裡在 `xor` 上是 10000 個，在 `linear` 上是 2000 個。訓練停止時，第 0 組初始權重在 `xor` 上還沒學完。

# %%
xor, linear = TABLES["standard"].rows
standard = train_all([xor, linear], mine, 2, [10000, 2000], SEED)
figure = outcomes(standard)
figure = learning_curves(standard)

# %% [markdown]
# The maps show the output: blue is 0, orange is 1, white is 0.5. Discs are the points with label 0, triangles
# those with label 1, and a ring marks a point that is predicted wrong. The black line is the boundary between the
# two predictions; a white area puts out exactly 0.5, which counts as 0. The last maps follow initialization 1
# on `xor` from its first epoch until most points are right. Above each stand the loss and the length of the
# gradient in that epoch.
#
# <!-- zh-TW -->
# 接下來的圖以色彩表示輸出：藍色是 0，橘色是 1，白色是 0.5。圓點是標籤 0 的點，三角形是標籤 1 的點，圈起來的是預測錯誤的點。黑線是兩種預測的邊界；整片白色的區域，輸出正好是 0.5，預測算作 0。最後幾張圖是第 1 組初始權重在 `xor` 上訓練的過程，從第一個 epoch 到大部分的點都預測正確為止；圖的上方是該 epoch 的損失與梯度的長度。

# %%
figure = output_maps([(training, start) for training in standard for start in (0, 1)])
figure = training_series(xor, mine, (1, 2000, 4000, 5000, 5500, 6000), start=1, seed=SEED)

# %% [markdown]
# ## 5. Learning rates
#
# `2-3-ReLU-3-ReLU-1-Sigmoid` on `xor` with six learning rates. **Each column of the table is one
# initialization, and all rows share it**: the numbers of a column were trained from the very same weights.
# The last column is the report, which trained each of the rates once, for 30000 epochs. Here it is 1200: what is slow
# had 25 times as long in the report, so look at where its loss is heading. The curves below compare the rates, one
# panel for each of the first eight initializations; where lines lie on each other, the narrower lies on top.
# In the row of 0.01 the outputs are still close to 0.5 everywhere, above or below it from one epoch to the
# next. So it may hold odd numbers such as 29 or 62, which no question asks you to explain.
#
# <!-- zh-TW -->
# ## 5. 學習率
#
# 用六種學習率在 `xor` 上訓練 `2-3-ReLU-3-ReLU-1-Sigmoid`。**表格的每一欄是一組初始權重，各列共用**：同一欄的數字，都是從完全相同的權重開始訓練的。最後一欄是報告的結果，報告中每種學習率只訓練了一次，共 30000 個 epoch。這裡只訓練 1200 個：學得慢的，在報告中有 25 倍的時間，所以請留意它的損失還會往哪裡走。下方的曲線比較各種學習率，前八組初始權重各有一格；線疊在一起時，較細的線在上面。學習率 0.01 的輸出到處都還很接近 0.5，每個 epoch 都可能忽高忽低，所以那一列可能出現 29 或 62 這類奇怪的數字，各題都不必解釋它們。

# %%
rates = train_all(TABLES["learning rate"].rows, mine, STARTS, [1200] * 6, SEED)
figure = outcomes(rates)
figure = losses_by_initialization(rates)

# %% [markdown]
# One network for each accuracy that occurs with learning rate 0.1. At 100% the output on the diagonal comes down to
# 0.5, but not below. So the boundaries on both sides of it nearly lie on each other at the lower left, and open
# towards the upper right.
#
# <!-- zh-TW -->
# 學習率 0.1 時，每種準確率各舉一個網路。100% 時，對角線上的輸出降到 0.5，但沒有更低，所以兩側的邊界在左下角幾乎疊在一起，往右上方逐漸張開。

# %%
figure = output_maps(one_of_each(rates[2]))

# %% [markdown] nbgrader={"schema_version": 3, "grade": false, "solution": false, "locked": true, "task": false, "grade_id": "ask-learning-rates"}
# ### Question 1: learning rates (5 points)
#
# The report found 52% with learning rate 0.01, 76% with 0.05, 100% with 0.1 and 52% with 0.2, 0.4
# and 0.8. One could conclude that 0.1 is the best learning rate and that 0.2 is far too large. Do your results
# support that?
#
# | Part | Points | For |
# |---|---|---|
# | a | 2 | comparing the rates from 0.05 to 0.2 initialization by initialization, and saying what decides the accuracy there |
# | b | 1 | saying what a rate of 0.01 does, and what rates of 0.4 and 0.8 do |
# | c | 1 | judging the sentence "where the loss stays flat, the network is in a local minimum": take the standard network of section 4, and the numbers above the maps of its training |
# | d | 1 | explaining the accuracies 52, 76 and 100%: which of the 21 points are right in each (for 76%, in the network that is drawn); other accuracies need no explanation |
#
# <!-- zh-TW -->
# ### 問題 1：學習率（5 分）
#
# 報告的結果是：學習率 0.01 為 52%，0.05 為 76%，0.1 為 100%，0.2、0.4 與 0.8 都是 52%。有人可能因此認為：0.1 是最好的學習率，0.2 則太大了。你的結果支持這個說法嗎？
#
# | 小題 | 分數 | 內容 |
# |---|---|---|
# | a | 2 | 逐一比較同一組初始權重在 0.05 到 0.2 之間各學習率的結果，並說明在這個範圍內準確率由什麼決定 |
# | b | 1 | 說明學習率 0.01 造成什麼影響，0.4 與 0.8 又造成什麼影響 |
# | c | 1 | 評論「損失持平，就表示網路落在局部極小值」這句話：以第 4 節的標準網路為例，參考訓練過程各圖上方的數字 |
# | d | 1 | 解釋 52、76 與 100% 這三種準確率：各是 21 個點中的哪些點預測正確（76% 以圖中的網路為例）；其他數字不必解釋 |

# %% [markdown] nbgrader={"schema_version": 3, "grade": true, "solution": true, "locked": false, "task": false, "grade_id": "question-learning-rates", "points": 5}
# **Your answer to question 1** (in English or Chinese, in place of the line below)
#
# <!-- zh-TW -->
# **問題 1 的回答**（中英文不限；請刪去下一行的 YOUR ANSWER HERE，寫在那裡）
#
# ### BEGIN SOLUTION
# *Marking guide.* Model answer: From 0.05 to 0.2 every column shows the same number in all three
# rows: the initialization decides the accuracy, not the rate. Each rate gives 52, 76 and 100% from some
# initialization, so the report's table shows the luck of one initialization for each rate. (Of 1000 initializations 35% end at
# 52%, 42% at 76% and 23% at 100%, with 0.1 and with 0.2 alike.)
#
# 0.01 is slow rather than worse: after these 1200 epochs its losses still fall; with
# `epochs=10000` its row becomes that of 0.1. 0.4 and 0.8 take steps that are too long: the loss jumps, and initializations that
# are at 76 or 100% with a smaller rate lose some points (90 instead of 100% with 0.4, 81 with 0.8), and more epochs
# do not correct it. Even so 0.2, which the report's table makes look bad, is as good as 0.1.
#
# The standard network stays at a loss of 0.1247 for thousands of epochs, initialization 1 for 4000 and
# initialization 0 for 8000, and then falls. Its
# gradient there is small, 0.0002 at epoch 2000, but not 0, and it grows: this is a plateau, over
# which small steps take long. At a local minimum the gradient is 0, and every direction leads up. (A network
# at 52% whose ReLUs are dead is flat for another reason, see question 2. No curve tells them apart.)
#
# The 11 points of the diagonal have label 0, each half of the other diagonal (an "arm") has 5 points
# of label 1. 52% is 11 of 21: everything is predicted 0, because no arm gets an output above 0.5.
# 76% is 16 of 21: the diagonal and one of the two arms, the upper left one in the network that is drawn (initialization 0
# has the other one). 100%: the diagonal and both arms. Where all ReLUs of
# a layer give 0, the output is sigmoid(0) = 0.5, which counts as 0, and the gradient is 0 as well.
# (Some networks at 52% are not dead: they are linear on all points, and both arms get 0.48.)
#
# - a, 2 points: 1 for reading the table by columns, 1 for "the initialization decides". Half of them if only the
#   averages of the rates are compared.
# - b, 1 point: half for "0.01 is slower" ("worse", without the epochs: nothing), half for "0.4 and 0.8 lose points";
#   any word for overshooting will do.
# - c, 1 point: flat, yet it falls later, or a gradient that is small and not 0; either will do.
# - d, 1 point: 11, 16 and 21 points, and which; either arm will do. "Dead ReLU" without the points: half a point.
#
# Typical wrong answers: "0.1 is the best rate" (the report's conclusion: at most 2 in all); "52% is
# guessing" (it is a constant answer, which happens to be right for 11 points); "larger rates diverge"
# (nothing diverges here); "momentum carries it out of the local minimum" (there is none to leave).
# ### END SOLUTION

# %% [markdown]
# ## 6. Hidden units
#
# The same kind of network on `linear`, with more and more hidden units. The networks of a column draw their weights
# from the same random numbers. But since they differ in size, they begin with some weights in common at most, and a
# column of the table does not compare the same thing: compare how many initializations of each row end where. They
# are counted below the table. (The report trained for 30000 epochs. Here 3 and 3 units are
# trained for 2000, and larger networks, which learn faster, for 800: by then nearly every accuracy has settled.)
#
# <!-- zh-TW -->
# ## 6. 隱藏層的神經元數
#
# 用同一種網路訓練 `linear`，隱藏層的神經元逐漸增加。同一欄的網路雖然取自同一串亂數，但大小不同，最多只有一部分的初始權重相同，所以逐欄比較並不公平：請比較每一列各有幾組初始權重停在哪個準確率，表格下方已經數好。（報告訓練了 30000 個 epoch。這裡，兩個隱藏層各 3 個神經元（3, 3）的網路訓練 2000 個；更大的網路學得較快，訓練 800 個，到那時準確率幾乎都已穩定。）

# %%
units = train_all(TABLES["hidden units"].rows, mine, STARTS, [2000] + [800] * 5, SEED)
figure = outcomes(units)
show_counts(units)
figure = learning_curves([units[0], units[3], units[5]])

# %% [markdown]
# Now for the network with 3 and 3 units. A unit is **dead** if it puts out 0 at every sample; it is *off at
# label 1* if it puts out 0 at every sample with label 1. `2/3 1/3` means two of the three units of the first hidden
# layer, and one of the second. Of each accuracy that occurs, one network is an example: its lowest, median and
# highest output at the points of either label, what each of its hidden units puts out at each sample (white is 0,
# a dead unit is hatched), and the map of its output.
#
# <!-- zh-TW -->
# 接著看兩個隱藏層各 3 個神經元（3, 3）的網路。在每個樣本上都輸出 0 的神經元稱為**死亡神經元**（dead unit）；在所有標籤 1 的樣本上都輸出 0 的，列為「在標籤 1 全為 0」。`2/3 1/3` 表示第一個隱藏層的三個神經元中有兩個，第二個隱藏層中有一個。每種準確率各舉一個網路為例：在各標籤的點上輸出的最小值、中位數與最大值，每個隱藏神經元在每個樣本上的輸出（白色是 0，死亡神經元畫上斜線），以及輸出的色彩圖。

# %%
show_dead(units[0])
examples = one_of_each(units[0])
show_outputs(examples)
figure = show_units(examples)
figure = output_maps(examples)

# %% [markdown] nbgrader={"schema_version": 3, "grade": false, "solution": false, "locked": true, "task": false, "grade_id": "ask-hidden-units"}
# ### Question 2: hidden units (5 points)
#
# The report found 96% with 3 and 3 hidden units and 100% with every larger network. How do the
# results depend on the number of hidden units, and why?
#
# | Part | Points | For |
# |---|---|---|
# | a | 2 | saying how the outcomes change with the number of units, with numbers from your table |
# | b | 2 | explaining a network that ends at 50%: which of its units are dead or off at label 1, what its output is there, how an output of exactly 0.5 is counted, and why training does not get away from there |
# | c | 1 | saying why more units make that rarer, and whether 3 and 3 units are enough to separate the points |
#
# <!-- zh-TW -->
# ### 問題 2：隱藏層的神經元數（5 分）
#
# 報告的結果是：兩個隱藏層各 3 個神經元（3, 3）為 96%，更大的網路都是 100%。結果如何隨隱藏神經元的數目而變？為什麼？
#
# | 小題 | 分數 | 內容 |
# |---|---|---|
# | a | 2 | 說明結果如何隨神經元的數目而變，並引用表格中的數字 |
# | b | 2 | 解釋停在 50% 的網路：哪些神經元死亡，或在標籤 1 全為 0；網路在那些點上輸出多少、輸出正好是 0.5 時算作哪一種預測，以及為什麼訓練離不開那裡 |
# | c | 1 | 說明為什麼神經元越多，這種情形越少見，以及各 3 個神經元（3, 3）是否足以分開這些點 |

# %% [markdown] nbgrader={"schema_version": 3, "grade": true, "solution": true, "locked": false, "task": false, "grade_id": "question-hidden-units", "points": 5}
# **Your answer to question 2** (in English or Chinese, in place of the line below)
#
# <!-- zh-TW -->
# **問題 2 的回答**（中英文不限；請刪去下一行的 YOUR ANSWER HERE，寫在那裡）
#
# ### BEGIN SOLUTION
# *Marking guide.* Model answer: Nearly every initialization ends at one of two places, 50% or about 100%.
# With 3 and 3 units nearly half of the initializations end at 50%, with 6 and 6 about one in eight, with 12
# and 24 hardly any (2 of 400). So more units do not make a network more accurate, they make a good
# initialization likelier. The report's 96% is a run that was not finished or other points: of 400 initializations on
# these points none ends there.
#
# At 50% all units of a hidden layer are off at label 1: the table says 3/3. What reaches the
# output is 0 there, the output is sigmoid(0) = 0.5, and since only more than 0.5 counts as 1, all 50
# points of label 1 are predicted 0; the 50 of label 0 are right. A ReLU that gives 0 has slope 0, so
# these points send no gradient to the weights below, although their loss is large; training can
# improve the points of label 0 alone (the loss then ends near 0.063 instead of 0.125), or nothing.
#
# With more units it is less likely that none of them is active where it matters. 3 and 3 are enough:
# the other half of the initializations reaches 99 or 100%.
#
# - a, 2 points: 1 for "how many initializations", 1 for numbers. "More units are more accurate", without the
#   initializations: 1.
# - b, 2 points: 1 for an output of 0.5 that counts as 0, 1 for the slope 0 of the units that are off.
# - c, 1 point: half for the chance, half for "3 and 3 are enough".
#
# Typical wrong answers: "3 and 3 underfit" (they can separate the points: see the initializations that do);
# "50% is random" (it is the constant answer 0); "it needs more epochs" (a unit that is off at all
# these points gets no gradient from them, so no number of epochs brings it back).
# ### END SOLUTION

# %% [markdown]
# ## 7. No activations
#
# `2-3-3-1` without any activation function, from three initializations. 1000 epochs are enough here: the loss stops
# falling long before. Below the table the three weight
# matrices of a network, multiplied into one, stand beside the least-squares solution of `x @ v = y`.
#
# <!-- zh-TW -->
# ## 7. 沒有活化函數
#
# `2-3-3-1`，完全不用活化函數，各從三組初始權重開始。這裡訓練 1000 個 epoch 就夠了：損失很早就不再下降。表格下方把網路的三個權重矩陣相乘成一個矩陣，與 `x @ v = y` 的最小平方解並列比較。

# %%
bare = train_all(TABLES["no activations"].rows, mine, 3, [1000] * 2, SEED)
figure = outcomes(bare)
show_least_squares(bare)
figure = learning_curves(bare)
figure = output_maps([(training, 0) for training in bare])

# %% [markdown] nbgrader={"schema_version": 3, "grade": false, "solution": false, "locked": true, "task": false, "grade_id": "ask-no-activations"}
# ### Question 3: no activations (5 points)
#
# The report found 80% on `linear` and 38% on `xor` without activation functions. (Your numbers differ:
# the report used other points of `linear`, and stopped on `xor` before the loss had settled. Explain yours.)
# Another report claims 100% on `xor`. What can such a network compute, and what does training make of it?
#
# | Part | Points | For |
# |---|---|---|
# | a | 2 | showing by a short calculation what three layers without activations compute together, and what shape their decision boundary has |
# | b | 1 | saying why all initializations end at the same accuracy, and how training on `xor` can end below the 52% of a network that always answers 0 |
# | c | 1 | explaining why it stays below 100% on `linear`, though a straight line separates those points |
# | d | 1 | saying why the claim of 100% on `xor` cannot be right, and naming a mistake in a program or an experiment that would lead to it |
#
# <!-- zh-TW -->
# ### 問題 3：沒有活化函數（5 分）
#
# 沒有活化函數時，報告的結果是 `linear` 80%、`xor` 38%。（你的數字會不一樣：報告用的 `linear` 是另外一組點，在 `xor` 上則是損失還沒穩定就停止訓練。請解釋你自己的數字。）另一份報告則宣稱在 `xor` 上達到 100%。這樣的網路能算出什麼？訓練又會得到什麼？
#
# | 小題 | 分數 | 內容 |
# |---|---|---|
# | a | 2 | 用簡短的計算說明三層沒有活化函數的網路合起來算的是什麼，以及決策邊界是什麼形狀 |
# | b | 1 | 說明為什麼每組初始權重都停在相同的準確率，以及在 `xor` 上訓練的結果為什麼會低於永遠回答 0 的 52% |
# | c | 1 | 解釋 `linear` 的點明明可以用直線分開，為什麼仍達不到 100% |
# | d | 1 | 說明在 `xor` 上達到 100% 的說法為什麼不可能正確，並舉出一個會導致這種結果的程式或實驗上的錯誤 |

# %% [markdown] nbgrader={"schema_version": 3, "grade": true, "solution": true, "locked": false, "task": false, "grade_id": "question-no-activations", "points": 5}
# **Your answer to question 3** (in English or Chinese, in place of the line below)
#
# <!-- zh-TW -->
# **問題 3 的回答**（中英文不限；請刪去下一行的 YOUR ANSWER HERE，寫在那裡）
#
# ### BEGIN SOLUTION
# *Marking guide.* Model answer: `x @ W1.T @ W2.T @ W3.T = x @ v` with one column
# `v = (W3 W2 W1).T`: three linear layers are one. The boundary is the straight line where
# v1 x1 + v2 x2 = 0.5; there is no bias.
#
# The loss is the mean square error of `x @ v`, a convex bowl in v with one lowest point, the
# least-squares solution, and every initialization gets there: the printed v and loss agree.
#
# On `xor` that is v = (0.394, 0.394), an output of 0.394 (x1 + x2). All 10 points of label 1 have
# x1 + x2 = 1, so they get 0.394 and are predicted 0, wrong. Of the diagonal the points from (0.7, 0.7)
# on get more than 0.5, 4 wrong. 7 of 21 are right, 33.3%. Training lowers the loss, not the number of
# wrong points: the constant 0 has more points right and a larger loss. The report's 38% is 8 of 21,
# a run that had not arrived.
#
# On `linear` the least-squares line gets 86 of 100. The true boundary x1 = x2 goes through the origin;
# the line v1 x1 + v2 x2 = 0.5 cannot, only come close with a very large v such as (-30, 30), which has
# all points right. But its outputs would be far from 0 and 1, and the square error punishes that. (The
# report's 80% belongs to its own 100 points.)
#
# 100% on `xor`: all outputs on one line through the square change steadily, so a point between two others has an
# output between theirs. (0.5, 0.5), with label 0, lies halfway between (0, 1) and (1, 0), with label 1: if both of
# those get more than 0.5, so does it. (The best straight line of all gets 16 of 21.) Mistakes that
# give 100%: an activation that was left between two layers; training or evaluating on `linear`; labels and
# outputs of the shapes (21,) and (21, 1) that are compared as a table; comparing the predictions with themselves.
#
# - a, 2 points: 1 for the product, 1 for the straight line.
# - b, 1 point: half for one minimum, or "least squares" with the printed numbers; half for "the loss is not the
#   accuracy". The 7 points in detail are not needed.
# - c, 1 point: no bias and threshold 0.5, or the square error; either will do.
# - d, 1 point: half for "no straight line separates them", half for a mistake that can do it. A sigmoid after the last
#   layer alone is no such mistake: the boundary stays a line.
#
# Typical wrong answers: "XOR cannot be separated, so 50%" (explains why not 100, not why 33);
# "needs more epochs" (it is at the minimum); "the network is too small" (any width is one matrix).
# ### END SOLUTION

# %% [markdown]
# ## 8. Layers
#
# Two and three hidden layers of three ReLU units each, on `xor`. The first row, `2-3-ReLU-3-ReLU-1-Sigmoid`, is the
# network that section 5 trained with learning rate 0.1. In a column both networks begin with the same weights in their first two
# layers, but what comes after them differs: alike is not the same, so again compare how many initializations end
# where, not column by column. The report trained for 30000
# epochs, and here it is 1200; by then nearly every initialization is where it will stay. Eight runs of each are few:
# for question 4 write `RUNS = 30` in this cell, if you can wait a little longer. Below, the
# dead units of each hidden layer are counted as in section 6, and the pictures show, of either network, the units
# of an initialization that ended lowest.
#
# <!-- zh-TW -->
# ## 8. 層數
#
# 在 `xor` 上比較兩個與三個隱藏層的網路，每層三個 ReLU 神經元。第一列 `2-3-ReLU-3-ReLU-1-Sigmoid` 就是第 5 節中學習率 0.1 的網路。同一欄的兩個網路，前兩層的初始權重相同，之後的各層則不同，仍然不是同一個起點，所以這裡同樣要比較各有幾組初始權重停在哪個準確率，而不是逐欄比較。報告訓練了 30000 個 epoch，這裡是 1200 個；到那時，幾乎每組初始權重都已經停在最後的位置。各訓練 8 次其實很少：如果願意多等一會兒，回答問題 4 之前請把這個儲存格的第一行改成 `RUNS = 30`。表格下方和第 6 節一樣，列出各隱藏層的死亡神經元數；最後的圖是兩種網路各取準確率最低的一組初始權重，畫出其中各神經元的輸出。

# %%
RUNS = STARTS
layers = train_all(TABLES["layers"].rows, mine, RUNS, [1200] * 2, SEED)
figure = outcomes(layers)
show_counts(layers)
for training in layers:
    show_dead(training)
figure = show_units([worst(training) for training in layers])

# %% [markdown] nbgrader={"schema_version": 3, "grade": false, "solution": false, "locked": true, "task": false, "grade_id": "ask-layers"}
# ### Question 4: layers (5 points)
#
# The report found 76% with two hidden layers and 100% with three, and took it for a sign that
# another layer helps. In another report two hidden layers were trained once, three were trained ten
# times, and the best of the ten was shown. Do your results support that another layer helps?
#
# | Part | Points | For |
# |---|---|---|
# | a | 2 | comparing the outcomes of both networks over the initializations, with numbers, and drawing a conclusion that so many runs support; "I cannot tell", with a reason, is one |
# | b | 1 | explaining, with the dead units of the tables, why another layer of three ReLU units could make 52% more frequent; which of your networks at 52% does that explain, and which not? |
# | c | 1 | estimating from your table how likely one run, and the best of ten independent runs, reaches 100% with either network, and saying what that makes of one run against ten |
# | d | 1 | saying how to find out whether another layer helps |
#
# <!-- zh-TW -->
# ### 問題 4：層數（5 分）
#
# 報告的結果是：兩個隱藏層 76%，三個 100%，並認為這表示多一層有幫助。另一份報告把兩個隱藏層的網路訓練一次，三個的訓練十次，只列出十次中最好的結果。你的結果支持「多一層有幫助」嗎？
#
# | 小題 | 分數 | 內容 |
# |---|---|---|
# | a | 2 | 引用數字，比較兩種網路在各組初始權重下的結果，並說明這樣的訓練次數足以支持什麼結論；「無法判斷」只要說明理由，也算結論 |
# | b | 1 | 根據表格中的死亡神經元，解釋為什麼多一層三個 ReLU 神經元，反而可能讓 52% 更常出現；你的網路中，停在 52% 的哪些能這樣解釋，哪些不能？ |
# | c | 1 | 根據你的表格，估計兩種網路只訓練一次，以及獨立訓練十次取最好的一次，達到 100% 的機率各是多少，並說明「一次比十次」的比較有什麼問題 |
# | d | 1 | 說明要怎樣才能判斷多一層是否有幫助 |

# %% [markdown] nbgrader={"schema_version": 3, "grade": true, "solution": true, "locked": false, "task": false, "grade_id": "question-layers", "points": 5}
# **Your answer to question 4** (in English or Chinese, in place of the line below)
#
# <!-- zh-TW -->
# **問題 4 的回答**（中英文不限；請刪去下一行的 YOUR ANSWER HERE，寫在那裡）
#
# ### BEGIN SOLUTION
# *Marking guide.* Model answer: No, nothing here shows that another layer helps. With the 8 initializations of the
# notebook two hidden layers give 52%
# three times, 76% three times and 100% twice; three hidden layers give 52% five times, 76% twice
# and 100% once. So few runs do not show that it harms either: 2 and 1 of 8 at 100% may be luck. (Of 1000
# initializations 35, 42 and 23% end at 52, 76 and 100% with two layers, 47, 32 and 20% with three: 52% becomes more
# frequent, and 100% hardly rarer.) The two networks of a column share their first two layers, which makes them alike,
# and not one start: six columns of the eight are the same and two fall to 52%, which shows no
# more than the counts.
#
# A signal and its gradient must pass through every layer. If none of the three ReLUs of a layer is
# active for an arm, nothing of it arrives at the output and no gradient comes back; each further layer
# is another place where that can happen. In the tables a whole layer is dead, 3/3, in one of the three networks at
# 52% with two layers, and in four of the five with three. (The others at 52% are linear on all points.)
#
# With two layers one run reaches 100% with probability 2/8 = 0.25, the best of ten with 1 - 0.75 ** 10 = 0.94;
# with three layers it is 1/8 and 1 - 0.875 ** 10 = 0.74. Whichever network is trained ten times nearly
# always wins against one run of the other, the worse one too. The report, which trained each once, compares
# two draws: the same network gave it 100% with learning rate 0.1 and 76% here.
#
# To find out: many initializations of each, as many for both, for example 100, and compare the shares of each
# outcome; one run of each is no comparison.
#
# - a, 2 points: 1 for the numbers, by counts or by columns, 1 for a conclusion that they support: "not shown to help"
#   or, if it is argued, "I cannot tell". "It harms" from 8 runs: half of that point.
# - b, 1 point: half for "more places for ReLUs to be dead", in any words ("vanishing gradient": nothing, because
#   slopes of ReLU are 0 or 1), half for telling the networks with a whole dead layer from the others.
# - c, 1 point: half for 1 - (1 - p) ** 10 or a fair estimate, half for "the best of ten wins by luck".
# - d, 1 point: more initializations, as many for each. "More epochs": no point.
#
# Typical wrong answers: "deeper is always better"; "it overfits" (that is the accuracy on the very
# points it was trained on).
# ### END SOLUTION

# %% [markdown]
# ## 9. Optimizers
#
# `sgd` and `sgdm` on `linear`, both with learning rate 0.1, and `sgd` once more with learning rate 1; all with the
# network `2-3-ReLU-3-ReLU-1-Sigmoid` and from the same six initializations. These are the first six of section 6, and
# the row `sgdm` is what was trained there with 3 and 3 units: its dead units are listed there. `sgd` is trained for 5000 epochs; for the two others 2000 are enough. For each
# initialization that ends with at least 95% right, the list below the table says in which epoch 95% were right for the
# first time, and how much the loss swung on its way:
#
# $$\text{swing} = \frac{\sum_t |L_{t+1} - L_t|}{L_\text{first} - L_\text{last}}$$
#
# A loss that only ever falls has the swing 1; each rise makes it larger. In the curves the epochs are logarithmic, so
# that "ten times as fast" is the same distance to the left everywhere, and a disc marks where 95% are right.
#
# <!-- zh-TW -->
# ## 9. 最佳化方法
#
# 在 `linear` 上比較 `sgd` 與 `sgdm`，學習率都是 0.1；另外再用學習率 1 訓練一次 `sgd`，三者都是 `2-3-ReLU-3-ReLU-1-Sigmoid`，並從相同的六組初始權重開始：就是第 6 節的前六組，而 `sgdm` 那一列就是那裡各 3 個神經元（3, 3）的訓練，死亡神經元列在那裡。`sgd` 訓練 5000 個 epoch，另外兩者 2000 個就夠了。最後準確率達到 95% 以上的每一組初始權重，都列在表格下方：準確率在第幾個 epoch 第一次達到 95%，以及損失在途中震盪了多少：
#
# $$\text{震盪} = \frac{\sum_t |L_{t+1} - L_t|}{L_\text{最初} - L_\text{最後}}$$
#
# 損失一路下降時，震盪是 1；每上升一次，震盪就變大一些。曲線圖的 epoch 是對數刻度，所以不論在哪裡，「快十倍」都是往左相同的距離；圓點是準確率達到 95% 的地方。

# %%
sgd, sgdm = TABLES["optimizer"].rows
optimizers = train_all([sgd, sgdm, at_rate(sgd, 1.0)], mine, 6, [5000, 2000, 2000], SEED)
figure = outcomes(optimizers)
show_speed(optimizers)
figure = losses_by_initialization(optimizers, mark=0.95)

# %% [markdown] nbgrader={"schema_version": 3, "grade": false, "solution": false, "locked": true, "task": false, "grade_id": "ask-optimizers"}
# ### Question 5: optimizers (5 points)
#
# The report found 100% with `sgd` and 95% with `sgdm`, and remarks that `sgdm` swings more than
# `sgd`. Another report trained momentum and Adam once each, both with learning rate 0.1, and concludes that
# "Adam beats momentum". (Adam divides each weight's step by the recent size of its gradient, so that its steps are about
# as long as the learning rate says.) What do you find?
#
# | Part | Points | For |
# |---|---|---|
# | a | 2 | comparing how fast `sgd` and `sgdm` are at the same rate, with numbers; deriving the factor from the update rule with `beta = 0.9`; saying what the third row of the table of accuracies, `sgd` with rate 1, shows about it |
# | b | 1 | saying whether the remark about the swing holds at the same rate, and whether it holds against `sgd` with rate 1, with numbers |
# | c | 1 | saying whether the optimizer changes which initializations stay at about 50%, and why |
# | d | 1 | saying why "Adam beats momentum" does not follow from that experiment, and describing one from which it would |
#
# <!-- zh-TW -->
# ### 問題 5：最佳化方法（5 分）
#
# 報告的結果是：`sgd` 100%、`sgdm` 95%，並指出 `sgdm` 比 `sgd` 震盪得更厲害。另一份報告用學習率 0.1 把動量法與 Adam 各訓練一次，得出「Adam 勝過動量法」的結論。（Adam 把每個權重的步伐除以它的梯度近來的大小，所以每一步的長度大約就是學習率。）你的結果如何？
#
# | 小題 | 分數 | 內容 |
# |---|---|---|
# | a | 2 | 引用數字，比較 `sgd` 與 `sgdm` 在相同學習率下的快慢。由 `beta = 0.9` 的更新規則推導出這個倍數。再說明準確率表格的第三列（學習率 1 的 `sgd`）如何印證它 |
# | b | 1 | 引用數字，說明關於震盪的說法在學習率相同時是否成立，與學習率 1 的 `sgd` 相比時是否仍成立 |
# | c | 1 | 說明哪些初始權重會停在 50% 左右，是否因最佳化方法而異，以及原因 |
# | d | 1 | 說明為什麼從那個實驗推論不出「Adam 勝過動量法」，並描述怎樣的實驗才能支持這個結論 |

# %% [markdown] nbgrader={"schema_version": 3, "grade": true, "solution": true, "locked": false, "task": false, "grade_id": "question-optimizers", "points": 5}
# **Your answer to question 5** (in English or Chinese, in place of the line below)
#
# <!-- zh-TW -->
# **問題 5 的回答**（中英文不限；請刪去下一行的 YOUR ANSWER HERE，寫在那裡）
#
# ### BEGIN SOLUTION
# *Marking guide.* Model answer: Where an initialization learns at all, `sgdm` has 95% right after about a tenth of
# the epochs that `sgd` takes: 453 against 4207, 169 against 1327, 217 against 2148.
# While the gradient g hardly changes, the momentum becomes g (1 + 0.9 + 0.81 + ...) = g / (1 - 0.9) =
# 10 g, so `sgdm` takes the steps of `sgd` with a learning rate of 1. The third row is that: `sgd` with rate 1
# is as fast as `sgdm` with 0.1 (416, 136, 209 epochs). After 5000 epochs `sgd` is still at
# 98% where `sgdm` is at 100% after 2000; after 30000 they are equal. The report's 100 and 95% are not the
# optimizer's doing.
#
# At the same rate the remark holds, but the effect is small: the swing is 1.00 to 1.03 for `sgd` and up to 1.07 for
# `sgdm`, which was trained for fewer epochs (1.19 after 5000). Against steps of the same length it is the other way
# round: `sgd` with rate 1 has 1.5 to 1.7 from the same initializations (2.1 after 5000). Long steps swing, and momentum
# calms them. (It is a late effect, of a loss that has nearly stopped falling; initialization 3 has 1.00 with all three.)
#
# The same initializations stay near 50% with all three. Where no ReLU is active the gradient is 0, and neither a larger
# step nor a sum of earlier gradients makes anything of 0.
#
# One run of each compares two draws of the initialization, and one learning rate for both does not compare
# optimizers: with beta = 0.9 momentum steps ten times as far at the same rate as without, and Adam's
# step does not depend on the size of the gradient at all. A fair experiment: for each optimizer
# several rates, the best of each chosen, the same many initializations for both, and the outcomes compared one by one.
#
# - a, 2 points: half for the numbers, 1 for 1 / (1 - beta) = 10, half for the third row.
# - b, 1 point: half for "more than sgd at the same rate, and little", half for "less than sgd with rate 1".
# - c, 1 point: the same initializations, because the gradient is 0.
# - d, 1 point: half for "one run" or "one rate", half for an experiment that changes both.
#
# Typical wrong answers: "sgd is better, 100% against 95%" (one run each); "momentum jumps out of bad
# minima" (not here: compare the columns); "Adam adapts its rate, so it is better" (that is no evidence).
# ### END SOLUTION

# %% [markdown]
# ## 10. Before you hand in
#
# Restart the kernel and run all cells once more, from top to bottom. Are all five questions answered?
# Save the notebook, and run `python hand_in.py` in a terminal: it packs the notebook and your three files, and
# says what is still missing.
#
# <!-- zh-TW -->
# ## 10. 繳交之前
#
# 請重新啟動核心，由上到下再執行一次全部儲存格。五個問題都回答了嗎？儲存筆記本，再到終端機執行 `python hand_in.py`：它會把筆記本和三個程式檔打包，並指出還缺什麼。

# %%
show_time()
